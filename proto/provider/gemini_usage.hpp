// GEMINI USAGE: the token counts of `usageMetadata`. They stand in every chunk and grow; a chunk
// may leave some out.
#pragma once

#include "proto/json/reader.hpp"
#include "proto/usage.hpp"

namespace kodad::proto::provider {

class gemini_usage {
public:
  /// What is absent keeps its value.
  void take(const json::object& from);

  /// Cached tokens are taken out of the input, the results of Google's own tools are part of it;
  /// thoughts are counted as output.
  usage sum() const;

private:
  int64_t prompt_ = 0;
  int64_t cached_ = 0;
  int64_t tools_ = 0;
  int64_t answer_ = 0;
  int64_t thoughts_ = 0;
};

} // namespace kodad::proto::provider
