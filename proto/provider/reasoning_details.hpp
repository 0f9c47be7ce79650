// REASONING DETAILS: OpenRouter's structured reasoning. It arrives in fragments and must be sent
// back merged but otherwise untouched (signatures, encrypted items), together with tool results.
#pragma once

#include "proto/json/reader.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kodad::proto::provider {

class reasoning_details {
public:
  /// Merges the items of one chunk. @returns The readable text they add.
  std::string add(const json::array& items);

  bool empty() const { return items_.empty(); }

  /// Takes out the merged items as a JSON array; nothing when they exceed `limits::opaque_bytes`.
  std::optional<std::string> take();

private:
  struct item {
    std::string kind;
    std::optional<int64_t> index;
    std::string id;
    std::map<std::string, std::string, std::less<>> texts; ///< Fields that come in pieces.
    std::map<std::string, std::string, std::less<>> rest;  ///< JSON of the others; the last counts.
  };

  std::string add_one(const json::object& from);
  item& place_of(const json::object& from);

  std::vector<item> items_;
  size_t bytes_ = 0;
};

} // namespace kodad::proto::provider
