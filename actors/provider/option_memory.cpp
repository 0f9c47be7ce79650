#include "actors/provider/option_memory.hpp"

#include "proto/limits/requests.hpp"

namespace kodad::actors {

namespace limits = proto::limits;

std::vector<proto::provider::refused_option> option_memory::of(const proto::model_id& model) const {
  std::lock_guard lock(guard_);
  auto found = known_.find(model);
  return found == known_.end() ? std::vector<proto::provider::refused_option>() : found->second;
}

void option_memory::note(const proto::model_id& model, proto::provider::refused_option option) {
  std::lock_guard lock(guard_);
  if (known_.size() >= limits::models_remembered && !known_.contains(model))
    known_.clear();
  auto& list = known_[model];
  if (list.size() < limits::options_remembered)
    proto::provider::note(list, std::move(option));
}

} // namespace kodad::actors
