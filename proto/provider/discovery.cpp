#include "proto/provider/discovery.hpp"

#include "proto/limits.hpp"
#include "proto/provider/classify.hpp"

#include <utility>

namespace kodad::proto::provider {

namespace {

class paged_list final : public model_discovery {
public:
  paged_list(wire_request first, page_reader read)
      : first_(std::move(first)), read_(std::move(read)) {}

  std::vector<wire_request> begin() override { return {std::move(first_)}; }

  std::vector<wire_request> answered(size_t, const wire_answer& answer) override {
    auto page = read_answer(answer);
    if (!page) {
      failure_ = page.failure();
      return {};
    }
    has_page_ = true;
    auto room = limits::models_listed - models_.size();
    if (page->models.size() > room)
      page->models.resize(room);
    // A server that repeats itself without end is asked no more.
    bool goes_on = page->next && !page->models.empty() && page->models.size() < room;
    models_.insert(models_.end(), std::make_move_iterator(page->models.begin()),
                   std::make_move_iterator(page->models.end()));
    if (!goes_on)
      return {};
    return {std::move(*page->next)};
  }

  result<std::vector<model>> finish() override {
    if (!has_page_)
      return failure_;
    return std::move(models_);
  }

private:
  result<model_page> read_answer(const wire_answer& answer) const {
    if (answer.failure)
      return *answer.failure;
    if (answer.status < 200 || answer.status >= 300)
      return classify_answer(answer.status, answer.headers, answer.body).what;
    return read_(answer.body);
  }

  wire_request first_;
  page_reader read_;
  std::vector<model> models_;
  bool has_page_ = false;
  error failure_ = make_error(ec::provider_failed, "the provider was not asked");
};

} // namespace

std::unique_ptr<model_discovery> list_discovery(wire_request first, page_reader read) {
  return std::make_unique<paged_list>(std::move(first), std::move(read));
}

} // namespace kodad::proto::provider
