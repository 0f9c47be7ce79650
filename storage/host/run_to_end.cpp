#include "storage/host/run_to_end.hpp"

#include <future>
#include <memory>

namespace kodad::storage::host {

namespace {

/// Hands the child's end over to the waiting thread.
class awaited : public process_listener {
public:
  void output(output_stream from, output_bytes bytes) override {
    if (from == output_stream::output)
      said_ += *bytes;
  }
  void exited(const exit_status& status) override { ended_.set_value({status, said_}); }

  std::future<child_outcome> ended() { return ended_.get_future(); }

private:
  std::string said_;
  std::promise<child_outcome> ended_;
};

} // namespace

proto::result<child_outcome> run_to_end(process_host& processes, child_spec spec) {
  auto listener = std::make_shared<awaited>();
  auto ended = listener->ended();
  if (auto started = processes.start(std::move(spec), listener); !started)
    return started.failure();
  return ended.get();
}

} // namespace kodad::storage::host
