#include "proto/provider/call_arguments.hpp"

namespace kodad::proto::provider {

namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr int depth_max = 3; // Nobody encodes more than twice.

std::string_view trim(std::string_view text) {
  auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Calls `take`, until it says no, with every character that is outside of strings, their quotes
/// included, and its place.
template <class Take>
void walk_outside_strings(std::string_view text, Take take) {
  bool in_string = false;
  for (size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (in_string && c == '\\') {
      ++at;
      continue;
    }
    if (c == '"')
      in_string = !in_string;
    else if (in_string)
      continue;
    if (!take(c, at))
      return;
  }
}

/// The object that `text`, which begins with a brace, begins with; empty where it does not end.
std::string_view first_object(std::string_view text) {
  int depth = 0;
  size_t size = 0;
  walk_outside_strings(text, [&](char c, size_t at) {
    if (c == '{' || c == '[')
      ++depth;
    if ((c == '}' || c == ']') && --depth == 0)
      size = at + 1;
    return size == 0;
  });
  return text.substr(0, size);
}

/// Without blanks, to compare by.
std::string compact(std::string_view text) {
  std::string out;
  bool in_string = false, escaped = false;
  for (char c : text) {
    if (in_string || blanks.find(c) == std::string_view::npos)
      out.push_back(c);
    bool is_quote = c == '"' && !escaped;
    escaped = in_string && c == '\\' && !escaped;
    if (is_quote)
      in_string = !in_string;
  }
  return out;
}

/// Without the commas that stand before a closing brace or bracket.
std::string drop_commas(std::string_view text) {
  std::string out(text);
  size_t comma = std::string::npos;
  walk_outside_strings(text, [&](char c, size_t at) {
    if ((c == '}' || c == ']') && comma != std::string::npos)
      out[comma] = ' ';
    bool goes_on = comma != std::string::npos && blanks.find(c) != std::string_view::npos;
    if (!goes_on)
      comma = c == ',' ? at : std::string::npos;
    return true;
  });
  return out;
}

/// Is the object an earlier state of a later one: empty, or with values that are or begin as its?
bool is_draft_of(std::string_view earlier, std::string_view later) {
  json::parser parse_earlier, parse_later;
  auto before = parse_earlier.parse_object(earlier);
  auto after = parse_later.parse_object(later);
  if (!before || !after)
    return false;
  for (auto [key, value] : *before) {
    auto now = json::find(*after, key);
    auto was = json::to_text(value);
    if (was == "null" || was == R"("")" || was == "{}" || was == "[]")
      continue;
    if (was.ends_with('"'))
      was.pop_back(); // A string that may go on.
    if (!now || !json::to_text(*now).starts_with(was))
      return false;
  }
  return true;
}

/// What stands around an object: a fence with or without the name of a language, and markers.
std::string_view unwrap(std::string_view text) {
  auto starts = [&](std::string_view with) { return text.starts_with(with); };
  if (starts("```")) {
    text.remove_prefix(3);
    auto word = text.find_first_of("{\"\r\n");
    if (word != std::string_view::npos)
      text.remove_prefix(word);
  }
  while (starts("<")) {
    auto end = text.find('>');
    auto brace = text.find('{');
    if (end == std::string_view::npos || brace == std::string_view::npos || brace < end)
      break;
    text = trim(text.substr(end + 1));
  }
  if (starts("null"))
    text.remove_prefix(4);
  return trim(text);
}

} // namespace

std::optional<std::string>
argument_reader::read(std::string_view text, const std::vector<size_t>& restarts, calls_end how) {
  if (auto plain = read_plain(text, how, 0))
    return plain;
  return read_restarted(text, restarts);
}

bool argument_reader::is_object(std::string_view text) {
  return text.starts_with('{') && text.ends_with('}') && parse_.parse_object(text).ok();
}

std::optional<std::string> argument_reader::read_plain(std::string_view text, calls_end how,
                                                       int depth) {
  text = trim(text);
  if (text.empty() || text == "null") {
    bool is_none = how == calls_end::complete || !text.empty();
    return is_none ? std::optional<std::string>("{}") : std::nullopt;
  }
  if (auto whole = read_object(text))
    return whole;
  if (text.starts_with('"') && depth < depth_max)
    return read_encoded(text, how, depth);
  auto inner = unwrap(text);
  if (inner.starts_with('{'))
    return read_series(inner);
  return inner.size() < text.size() && depth < depth_max && !inner.empty()
             ? read_plain(inner, how, depth + 1)
             : std::nullopt;
}

/// The object itself, save a comma too many. Half a character is not mended: nobody knows which
/// file or command was meant.
std::optional<std::string> argument_reader::read_object(std::string_view text) {
  if (!text.starts_with('{') || !text.ends_with('}'))
    return std::nullopt;
  if (is_object(text))
    return std::string(text);
  auto dropped = drop_commas(text);
  return is_object(dropped) ? std::optional(std::move(dropped)) : std::nullopt;
}

/// A JSON string that holds the object.
std::optional<std::string> argument_reader::read_encoded(std::string_view text, calls_end how,
                                                         int depth) {
  size_t size = 0;
  for (size_t at = 1; at < text.size() && size == 0; ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      size = at + 1;
  }
  auto root = parse_.parse(text.substr(0, size));
  std::string_view inner;
  if (!root || root->get(inner) != simdjson::SUCCESS)
    return std::nullopt;
  auto copy = std::string(inner); // The parser reads it next.
  return read_plain(copy, how, depth + 1);
}

/// Objects one after the other that grow into the last, which counts, and what is none behind them.
/// Where the last one is only half there, or says something else than the one before, nothing
/// counts: gateways make one call of two, too.
std::optional<std::string> argument_reader::read_series(std::string_view text) {
  std::optional<std::string> last;
  while (text.starts_with('{')) {
    auto one = first_object(text);
    auto read = one.empty() ? std::nullopt : read_object(one);
    if (!read || (last && !is_draft_of(*last, *read)))
      return std::nullopt;
    last = std::move(read);
    text.remove_prefix(one.size());
    text.remove_prefix(std::min(text.find('{'), text.size()));
  }
  return last;
}

/// A piece that says all of it anew after a beginning that was not completed. An object that merely
/// lies within another is not taken for it: it does not begin as the whole did.
std::optional<std::string> argument_reader::read_restarted(std::string_view text,
                                                           const std::vector<size_t>& restarts) {
  if (restarts.empty())
    return std::nullopt;
  auto first = compact(text.substr(0, restarts.front()));
  bool first_is_whole = is_object(first);
  for (auto at = restarts.rbegin(); at != restarts.rend(); ++at) {
    auto rest = trim(text.substr(*at));
    if (!first_is_whole && !compact(rest).starts_with(first))
      continue;
    auto read = read_series(rest);
    if (read && (!first_is_whole || is_draft_of(first, *read)))
      return read;
  }
  return std::nullopt;
}

} // namespace kodad::proto::provider
