// OPTION TABLE: the fields of a request that a server may refuse by name and that a call can do
// without, in all formats. What is not in here (the model, the messages) is never left out, and the
// tools only where a server says that its model takes none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kodad::proto::provider {

enum class option_kind : uint8_t {
  setting,     ///< Stands in the object named by `parent`, or at the top.
  mark,        ///< May stand in many places of messages and tools.
  token_limit, ///< A setting that has another name, and may be too large.
  tools,       ///< Never to blame by its name alone.
};

struct option_row {
  std::string_view key;
  option_kind kind = option_kind::setting;
  std::string_view parent;  ///< The key of the object that it stands in; of a mark, empty: of any.
  std::string_view instead; ///< The name to use in its place; empty: it is left out.
};

/// Nothing for a field that is none of these. @param key As it is written on the wire.
const option_row* find_option(std::string_view key, std::string_view parent);

/// Is there an option with that name, however its words are joined ("max_tokens", "maxTokens")?
bool names_option(std::string_view word);

/// The words of a name in one: lower case, without what joins them.
std::string folded(std::string_view name);

/// May the object at that key hold an option? Arguments and schemas are somebody else's.
bool holds_options(std::string_view key, bool at_top);

} // namespace kodad::proto::provider
