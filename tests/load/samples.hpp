// Measured times and their percentiles. Keeps every sample: runs are bounded, and exact percentiles
// need no argument.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kodad::load {

class samples {
public:
  void add(int64_t ns);
  size_t count() const { return all_.size(); }

  /// The value below which `percent` of the samples lie, in milliseconds; 0 without samples.
  double percentile_ms(double percent);

private:
  std::vector<int64_t> all_;
  bool sorted_ = true;
};

} // namespace kodad::load
