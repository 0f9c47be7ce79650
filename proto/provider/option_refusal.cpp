#include "proto/provider/option_refusal.hpp"

#include "proto/json/reader.hpp"
#include "proto/limits.hpp"
#include "proto/provider/classify.hpp"
#include "proto/provider/option_table.hpp"
#include "proto/text/ascii.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <initializer_list>

namespace kodad::proto::provider {

namespace {

constexpr std::string_view beta_header = "anthropic-beta";

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(
      words, [text](auto word) { return text.find(word) != std::string_view::npos; });
}

// --- what was said ---------------------------------------------------------------------------

/// Collects what servers say in words, and the paths that they name, but not what they echo.
void gather(const json::value& node, std::string_view key, int depth,
            std::vector<std::string>& to) {
  constexpr std::array<std::string_view, 5> echoes{"input", "ctx", "value", "type", "url"};
  constexpr int deep = 8;
  if (depth > deep || std::ranges::find(echoes, key) != echoes.end())
    return;
  std::string_view text;
  json::array list;
  json::object inner;
  if (node.get(text) == simdjson::SUCCESS) {
    to.emplace_back(text);
  } else if (node.get(inner) == simdjson::SUCCESS) {
    for (auto [name, value] : inner)
      gather(value, name, depth + 1, to);
  } else if (node.get(list) == simdjson::SUCCESS) {
    std::string path;
    for (auto item : list) {
      if (key != "loc")
        gather(item, key, depth + 1, to);
      else if (item.get(text) == simdjson::SUCCESS)
        path.append(path.empty() ? "" : ".").append(text);
    }
    if (!path.empty())
      to.push_back("'" + path + "'");
  }
}

std::vector<std::string> words_of(std::string_view answer) {
  std::vector<std::string> out;
  json::parser parse;
  answer = answer.substr(0, limits::provider_error_bytes);
  if (auto root = parse.parse(answer))
    gather(*root, "", 0, out);
  else
    out.emplace_back(answer);
  return out;
}

// --- a name in a sentence --------------------------------------------------------------------

bool is_path(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '[' ||
         c == ']' || c == '-';
}

/// A run of a text that may be a path ("messages.1.cache_control"), and what stands around it.
struct mention {
  std::vector<std::string> segments; ///< Folded.
  bool stands_out = false;           ///< Quoted, or said to be a parameter.
};

bool stands_out(std::string_view text, size_t begin, size_t end) {
  constexpr std::string_view quotes = "'\"`";
  auto before =
      text::to_lower(text.substr(begin < 24 ? 0 : begin - 24, std::min<size_t>(begin, 24)));
  auto after = text::to_lower(text.substr(end, 40));
  if (has_any(before, {"type '", "type `", "type \""}) || has_any(after.substr(0, 8), {" block"}))
    return false; // Of a piece of the conversation.
  if (!before.empty() && quotes.find(before.back()) != std::string_view::npos)
    return true;
  return (begin == 0 && after.starts_with(":")) || text.size() == end - begin ||
         has_any(before,
                 {"parameter", "argument", "field", "property", "option", "supplied", "key"}) ||
         has_any(after.substr(0, 18), {" is not", " not ", " is unsup", " is depr", ": extra"});
}

std::vector<mention> mentions_in(std::string_view text) {
  std::vector<mention> out;
  for (size_t begin = 0; begin < text.size();) {
    if (!is_path(text[begin])) {
      ++begin;
      continue;
    }
    auto end = begin;
    while (end < text.size() && is_path(text[end]))
      ++end;
    mention found;
    for (auto at = begin; at < end;) {
      auto stop = std::min(text.find_first_of(".[]", at), end);
      if (stop > at)
        found.segments.push_back(folded(text.substr(at, stop - at)));
      at = stop + 1;
    }
    found.stands_out = found.segments.size() > 1 || stands_out(text, begin, end);
    if (!found.segments.empty())
      out.push_back(std::move(found));
    begin = end;
  }
  return out;
}

/// Words that may be a mere word ("thinking") and not a name.
bool is_plain_word(std::string_view key) {
  return key != "temperature" && key.find('_') == std::string_view::npos &&
         std::ranges::none_of(key, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_mark(const refused_option& option) {
  const auto* row = find_option(option.key, option.parent);
  return row && row->kind == option_kind::mark;
}

/// Does the path lead to that option? A setting has only its own parents in front of it.
bool leads_to(const mention& path, size_t place, const refused_option& option) {
  const auto* row = find_option(option.key, option.parent);
  if (!row || path.segments[place] != folded(option.key))
    return false;
  if (is_plain_word(option.key) && !path.stands_out)
    return false;
  if (is_mark(option))
    return true;
  const auto& first = path.segments.front();
  return place == 0 || first == "body" || first == "request" || first == "root" ||
         names_option(first);
}

/// Is the complaint about a place in the conversation? Then no setting is to blame.
bool is_about_conversation(const std::vector<mention>& all) {
  return std::ranges::any_of(all, [](const mention& path) {
    const auto& first = path.segments.front();
    return path.segments.size() > 1 &&
           (first == "messages" || first == "contents" || first == "input" || first == "content");
  });
}

/// Does a segment in front of the place name `parent`?
bool follows(const mention& path, size_t place, std::string_view parent) {
  auto end = path.segments.begin() + static_cast<long>(place);
  return std::find(path.segments.begin(), end, folded(parent)) != end;
}

std::optional<refused_option> named_in(const mention& path,
                                       const std::vector<refused_option>& present) {
  for (auto place = path.segments.size(); place-- > 0;) {
    // A deeper setting first: of "reasoning.effort" only the effort goes.
    for (bool nested : {true, false})
      for (const auto& option : present)
        if (option.parent.empty() != nested && leads_to(path, place, option) &&
            (place == 0 || option.parent.empty() || follows(path, place, option.parent)))
          return option;
  }
  return std::nullopt;
}

// --- what to do about it ---------------------------------------------------------------------

std::optional<int64_t> sent_number(const wire_request& sent, const refused_option& option) {
  json::parser parse;
  auto root = parse.parse_object(sent.body);
  if (!root)
    return std::nullopt;
  if (option.parent.empty())
    return json::find_integer(*root, option.key);
  auto inner = json::find_object(*root, option.parent);
  return inner ? json::find_integer(*inner, option.key) : std::nullopt;
}

/// The largest number in the text below `sent`.
std::optional<int64_t> smaller_number(std::string_view text, int64_t sent) {
  constexpr int64_t least = 16; // Below lie indices and versions.
  std::optional<int64_t> out;
  for (size_t at = 0; at < text.size();) {
    int64_t number = 0;
    auto [end, code] = std::from_chars(text.data() + at, text.data() + text.size(), number);
    if (code != std::errc()) {
      ++at;
      continue;
    }
    at = static_cast<size_t>(end - text.data());
    if (number >= least && number < sent && number > out.value_or(0))
      out = number;
  }
  return out;
}

/// A limit is lowered to the server's own where it says so; what depends on the conversation's
/// length is not remembered.
refused_option remedy_for(refused_option option, std::string_view said, const wire_request& sent) {
  const auto* row = find_option(option.key, option.parent);
  bool limit = row && row->kind == option_kind::token_limit;
  auto number = limit ? sent_number(sent, option) : std::nullopt;
  auto lowered = number && said.find("context") == std::string_view::npos
                     ? smaller_number(said, *number)
                     : std::nullopt;
  if (lowered) {
    option.change = option_change::cap;
    option.most = *lowered;
  }
  if (option.key == "reasoning_content" &&
      has_any(said, {"missing", "required", "must be passed", "must be provided", "must include"}))
    option.change = option_change::add;
  return option;
}

bool is_header_refused(std::string_view said, const wire_request& sent) {
  return has_any(said, {"anthropic-beta", "beta flag", "beta header"}) &&
         std::ranges::any_of(sent.headers,
                             [](const auto& one) { return one.first == beta_header; });
}

bool is_candidate(int status, std::string_view said, std::string_view answer) {
  bool blunt = has_any(said, {"extra inputs are not permitted", "unrecognized request argument",
                              "unsupported parameter", "unknown parameter"});
  if (status != 400 && status != 422 && !(status >= 500 && blunt))
    return false;
  auto code = classify_answer(status, {}, answer).what.code;
  if (code == ec::context_overflow)
    return has_any(said, {"max_tokens", "max_completion_tokens"}) && has_any(said, {"too large"});
  return code == ec::provider_refused || (code == ec::provider_failed && blunt);
}

/// Does the server say that this model takes no tools at all? Not that one of them is wrong.
bool says_no_tools(int status, std::string_view said) {
  return (status == 400 || status == 404 || status == 422 || status == 501) &&
         has_any(said,
                 {"not support tools", "not support tool use", "not support tool call",
                  "not support function", "n't support tool", "n't support function",
                  "tools are not supported", "tool use is not", "tool calling is not",
                  "tool calls are not", "function calling is not", "functions are not supported",
                  "no endpoints found that support tool", "tool choice requires"});
}

} // namespace

wire_request without_options(wire_request request, const std::vector<refused_option>& refused) {
  if (refused.empty())
    return request;
  request.body = without_options(request.body, refused);
  bool headless = std::ranges::any_of(
      refused, [](const refused_option& one) { return one.key == beta_header; });
  if (headless)
    std::erase_if(request.headers, [](const auto& one) { return one.first == beta_header; });
  return request;
}

std::optional<refused_option> read_refusal(int status, std::string_view answer,
                                           const wire_request& sent,
                                           const std::vector<refused_option>& known) {
  auto texts = words_of(answer);
  std::string said;
  for (const auto& text : texts)
    said.append(text::to_lower(text)).append("\n");
  auto present = options_in(sent.body);
  const refused_option tools{"tools", "", option_change::drop, 0};
  if (std::erase(present, tools) > 0 && says_no_tools(status, said))
    return tools;
  if (!is_candidate(status, said, answer))
    return std::nullopt;
  if (is_header_refused(said, sent))
    return refused_option{std::string(beta_header), "", option_change::drop, 0};
  // It may be missing everywhere.
  present.push_back({"reasoning_content", "", option_change::drop, 0});
  bool keeps_limit = std::ranges::any_of(
      sent.headers, [](const auto& one) { return one.first == "anthropic-version"; });
  for (const auto& text : texts) {
    auto paths = mentions_in(text);
    bool conversation = is_about_conversation(paths);
    for (const auto& path : paths) {
      auto named = named_in(path, present);
      if (!named || (conversation && !is_mark(*named)))
        continue;
      auto change = remedy_for(*named, said, sent);
      bool needed = keeps_limit && change.key == "max_tokens" && change.parent.empty() &&
                    change.change == option_change::drop;
      auto all = known;
      note(all, change);
      if (!needed && without_options(sent.body, all) != without_options(sent.body, known))
        return change;
    }
  }
  return std::nullopt;
}

} // namespace kodad::proto::provider
