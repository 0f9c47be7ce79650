// STRICT RULES: what the checks of strict_servers.hpp share.
#pragma once

#include "proto/json/reader.hpp"
#include "tests/proto/provider/strict_servers.hpp"

#include <set>
#include <string>
#include <vector>

namespace kodad::test {

namespace json = proto::json;

/// Collects complaints; the first counts.
class complaint_book {
public:
  /// Complains unless `holds`. @returns `holds`.
  bool expect(bool holds, std::string complaint) {
    if (!holds && first_.empty())
      first_ = std::move(complaint);
    return holds;
  }
  const std::string& first() const { return first_; }

private:
  std::string first_;
};

/// A call of the last assistant message.
struct open_call {
  std::string id;
  std::string name;
};

bool blank(std::string_view text);
bool is_word(std::string_view text, size_t longest, std::string_view also = "_-");
bool is_name(std::string_view text);
bool is_object(std::string_view text);
std::string_view text_at(const json::object& from, std::string_view key);
bool has_only(const json::object& from, const std::set<std::string_view>& keys);

/// Reads the body; complains where it is no object.
std::optional<json::object> read_body(json::parser& parse, std::string_view body,
                                      complaint_book& book);

} // namespace kodad::test
