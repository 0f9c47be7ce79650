#include "actors/provider/sim/sim_attempts.hpp"

namespace kodad::actors {

int64_t sim_attempts::count(const std::string& key) {
  auto known = place_of_.find(key);
  if (known != place_of_.end()) {
    counts_.splice(counts_.begin(), counts_, known->second);
    return ++counts_.front().attempts;
  }
  counts_.push_front({key, 1});
  place_of_.emplace(key, counts_.begin());
  if (counts_.size() > known_max_) {
    place_of_.erase(counts_.back().key);
    counts_.pop_back();
  }
  return 1;
}

void sim_attempts::forget(const std::string& key) {
  auto known = place_of_.find(key);
  if (known == place_of_.end())
    return;
  counts_.erase(known->second);
  place_of_.erase(known);
}

} // namespace kodad::actors
