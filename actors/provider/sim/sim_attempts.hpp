// SIM ATTEMPTS: how often the same model call was made, so that a scripted error can fail a given
// number of times. Pure and bounded: the longest unused count is forgotten first.
#pragma once

#include "proto/ids.hpp"

#include <list>
#include <unordered_map>

namespace kodad::actors {

class sim_attempts {
public:
  explicit sim_attempts(size_t known_max) : known_max_(known_max) {}

  /// Counts one more attempt of the call that `key` names; gives its number, from 1.
  int64_t count(const std::string& key);

  /// The call has succeeded.
  void forget(const std::string& key);

  size_t size() const { return counts_.size(); }

private:
  struct entry {
    std::string key;
    int64_t attempts = 0;
  };

  size_t known_max_;
  std::list<entry> counts_; // The latest used first.
  std::unordered_map<std::string, std::list<entry>::iterator> place_of_;
};

} // namespace kodad::actors
