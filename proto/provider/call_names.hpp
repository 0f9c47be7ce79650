// CALL NAMES: the ids and names of tool calls as the strictest servers take them. A model may call
// a tool by a name that no tool could have, and servers hand out ids that others refuse; both go
// back to whatever model the session uses next.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace kodad::proto::provider {

/// What a call's id may look like.
enum class call_id_form : uint8_t {
  word_64, ///< At most 64 letters, digits, "_" and "-": Anthropic, Responses.
  word_40, ///< At most 40 of them: Chat Completions.
  dotted,  ///< Those 40 and ".", ":": Moonshot, whose models know their own ids again.
  nine,    ///< Nine letters or digits: Mistral.
};

/// `id` where it has that form, else one derived from it, the same for the same id everywhere.
/// @param number Of calls with that id, from 0: each gets an id of its own.
std::string fitting_call_id(std::string_view id, call_id_form form, size_t number = 0);

/// `name` made of at most 64 letters, digits, "_" and "-", and beginning with a letter or "_".
std::string fitting_tool_name(std::string_view name);

/// Gives each call of a conversation an id of its own, in order, so that the beginning of a
/// conversation gets the same ids however long it grows.
class call_id_source {
public:
  explicit call_id_source(call_id_form form) : form_(form) {}

  std::string next(std::string_view id);

private:
  call_id_form form_;
  std::set<std::string, std::less<>> used_;
};

} // namespace kodad::proto::provider
