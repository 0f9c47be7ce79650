#include "tests/load/samples.hpp"

#include "tests/load/clock.hpp"

#include <algorithm>
#include <cmath>

namespace kodad::load {

void samples::add(int64_t ns) {
  all_.push_back(ns);
  sorted_ = false;
}

double samples::percentile_ms(double percent) {
  if (all_.empty())
    return 0;
  if (!sorted_)
    std::sort(all_.begin(), all_.end());
  sorted_ = true;
  auto rank = std::ceil(percent / 100 * static_cast<double>(all_.size()));
  return to_ms(all_[static_cast<size_t>(std::max(1.0, rank)) - 1]);
}

} // namespace kodad::load
