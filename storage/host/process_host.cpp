// The callers' half: puts wishes into the mailbox.
#include "storage/host/process_host.hpp"

#include "storage/host/process_host_thread.hpp"
#include "storage/host/system_error.hpp"

#include <cerrno>
#include <csignal>
#include <sys/eventfd.h>
#include <system_error>

namespace kodad::storage::host {

void process_host::shared_state::post(wish what) {
  {
    std::lock_guard lock(mutex);
    if (closed)
      return;
    wishes.push_back(std::move(what));
  }
  uint64_t one = 1;
  (void)!::write(wake.get(), &one, sizeof one);
}

std::vector<process_host::shared_state::wish> process_host::shared_state::take() {
  std::lock_guard lock(mutex);
  return std::exchange(wishes, {});
}

proto::result<std::unique_ptr<process_host>>
process_host::start(spawner_source source, std::function<void(const std::string&)> tell) {
  std::unique_ptr<process_host> out(new process_host());
  out->shared_ = std::make_shared<shared_state>();
  out->shared_->wake = descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!out->shared_->wake.is_open())
    return system_error(errno, "start", "the process host");
  out->thread_ = std::make_unique<thread_state>(out->shared_, std::move(source));
  auto* state = out->thread_.get();
  state->tell = std::move(tell);
  if (auto opened = state->open(); !opened)
    return opened.failure();
  // Signals are for the main thread; a new thread inherits the mask of its maker.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  int number = 0;
  try {
    state->thread = std::thread([state] { state->run(); });
  } catch (const std::system_error& refusal) {
    number = refusal.code().value();
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (number != 0)
    return system_error(number, "start a thread for", "the process host");
  return out;
}

process_host::~process_host() {
  if (!thread_ || !thread_->thread.joinable())
    return;
  shared_->post([](thread_state& here) { here.shut_down(); });
  thread_->thread.join();
}

proto::result<process_key> process_host::start(child_spec spec,
                                               std::shared_ptr<process_listener> listener) {
  auto packed = pack(spec);
  if (!packed)
    return packed.failure();
  if (shared_->alive.fetch_add(1) >= proto::limits::processes) {
    --shared_->alive;
    auto full = proto::make_error(proto::ec::host_full, "too many processes run");
    full.limit = static_cast<int64_t>(proto::limits::processes);
    return full;
  }
  auto key = ++shared_->last_key;
  if (spec.input_from == input_mode::open) {
    std::lock_guard lock(shared_->mutex);
    shared_->input_bytes[key] = 0;
  }
  spec.argv.resize(1); // For people.
  spec.environment.clear();
  shared_->post([key, spec = std::move(spec), listener = std::move(listener),
                 packed = std::move(*packed)](thread_state& here) mutable {
    here.launch(key, std::move(spec), std::move(listener), packed);
  });
  return key;
}

proto::result<void> process_host::write(process_key child, std::string bytes) {
  {
    std::lock_guard lock(shared_->mutex);
    auto waiting = shared_->input_bytes.find(child);
    if (waiting == shared_->input_bytes.end())
      return {};
    if (waiting->second + bytes.size() > proto::limits::process_input_bytes)
      return proto::make_error(proto::ec::host_full, "the process does not read its input");
    waiting->second += bytes.size();
  }
  shared_->post([child, bytes = std::move(bytes)](thread_state& here) mutable {
    here.add_input(child, std::move(bytes));
  });
  return {};
}

void process_host::close_input(process_key child) {
  shared_->post([child](thread_state& here) { here.end_input(child); });
}

void process_host::kill(process_key child) {
  shared_->post([child](thread_state& here) { here.cancel(child); });
}

size_t process_host::alive() const {
  return shared_->alive;
}

std::shared_ptr<const std::atomic<bool>> process_host::is_ready() const {
  return shared_->is_ready;
}

} // namespace kodad::storage::host
