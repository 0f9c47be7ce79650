#include "storage/config/yaml_section.hpp"

#include "proto/text/ascii.hpp"
#include "storage/config/api_key.hpp"
#include "storage/config/expand_variables.hpp"
#include "storage/config/meant_key.hpp"

#include <algorithm>

namespace kodad::storage {

namespace {

constexpr size_t list_entries = 4096; // Far beyond any real file; aliases could multiply.

/// Of a value that may be a secret only its shape is told.
std::string not_this(const YAML::Node& node, expansion how) {
  return how == expansion::none || !is_word(node) ? storage::not_this(node) : "";
}

/// "port:4100" is one word to YAML.
std::string colon_hint(const YAML::Node& node) {
  if (!is_word(node) || is_quoted(node))
    return "";
  const auto& text = node.Scalar();
  auto colon = text.find(':');
  bool is_glued = colon != text.npos && colon + 1 < text.size() && text[colon + 1] != ' ' &&
                  text[colon + 1] != '/';
  return is_glued ? "; a blank belongs behind the colon" : "";
}

/// A word of the configuration with its variables replaced.
proto::result<std::string> expanded(const std::string& text, expansion how,
                                    const host::environment& variables) {
  if (how == expansion::none)
    return text;
  if (is_bare_variable(without_blanks(text))) // Not repeated: it may be a secret after all.
    return proto::make_error(proto::ec::invalid_value,
                             "expected ${NAME}, not $NAME: without braces no variable is replaced");
  if (is_foreign_variable(without_blanks(text)))
    return proto::make_error(proto::ec::invalid_value,
                             "expected ${NAME}: other spellings name no variable here");
  return expand_variables(text, variables,
                          how == expansion::filled_variables ? empty_variable::refused
                                                             : empty_variable::taken);
}

/// "a, b" for [a, b]: one text to YAML. A path may hold a comma, and so may a token.
bool is_list_without_brackets(const YAML::Node& node, expansion how) {
  if (!is_word(node))
    return false;
  const auto& text = node.Scalar();
  auto comma = text.find(',');
  if (comma == text.npos || comma == 0 || comma + 1 == text.size())
    return false;
  bool is_path = text.starts_with('/') || text.starts_with('~');
  if (how == expansion::none && !is_path)
    return true;
  constexpr std::string_view begins = "/~$";
  auto next = text.find_first_not_of(' ', comma + 1);
  return next != text.npos && begins.find(text[next]) != begins.npos;
}

/// What a list of maps expects, where names alone stand, or names before maps as other programs
/// have them.
std::string entry_hint(const YAML::Node& node) {
  constexpr size_t shown_most = 64;
  auto name = node.IsMap() && node.size() > 0 ? node.begin()->first : node;
  if (!is_word(name) || name.Scalar().empty() || name.Scalar().size() > shown_most)
    return "";
  return "; did you mean {id: " + name.Scalar() + "}?";
}

/// What may be meant by one word where a section belongs.
std::string section_hint(const std::string& name, const YAML::Node& node) {
  if (!is_word(node))
    return "";
  const auto& given = node.Scalar();
  auto flag = meant_flag(given);
  auto meant = [](const std::string& text) { return "; did you mean " + text + "?"; };
  bool is_text = given.find('\n') != given.npos || given.find(": ") != given.npos;
  if (is_text && name != "the file")
    return ": behind | or > and in quotes stands one text; leave those away";
  if (name == "sandbox" && (flag == "false" || given == "none"))
    return meant("sandbox: {mode: off}");
  if (name == "sandbox")
    return meant("sandbox: {mode: " + std::string(flag == "true" ? "auto" : given) + "}");
  if (name == "models_dev" && flag == "false")
    return meant("models_dev: {url: \"\"}");
  if (name == "permission")
    return meant("permission: {\"*\": " + given + "}");
  if (name == "server" && parse_whole(node))
    return meant("server: {port: " + given + "}");
  if (name == "the file" && given.find('=') != given.npos)
    return "; a colon and a blank stand between key and value, not =";
  return "";
}

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& one : all)
    out += (out.empty() ? "" : ", ") + one;
  return out;
}

} // namespace

std::string other_word_fault(std::span<const std::string_view> known, std::string_view given,
                             std::span<const other_word> others, const std::string& usual) {
  auto found = std::ranges::find(others, proto::text::to_lower(given), &other_word::theirs);
  if (found == others.end())
    return usual;
  return "expected " + proto::joined_words(known) + proto::not_this(given) + "; did you mean " +
         std::string(found->ours) + "?";
}

section::section(findings& into, YAML::Node node, std::string path, int line)
    : into_(into), node_(std::move(node)), path_(std::move(path)), line_(line) {
  if (!node_.IsDefined() || node_.IsNull()) {
    node_.reset(YAML::Node(YAML::NodeType::Map));
    return;
  }
  if (auto own = storage::line_of(node_); own > 0)
    line_ = own;
  auto name = path_.empty() ? std::string("the file") : path_.substr(0, path_.size() - 1);
  if (!node_.IsMap()) {
    bool is_entry = name.ends_with(']');
    auto hint = colon_hint(node_);
    if (hint.empty() && is_entry)
      hint = entry_hint(node_);
    if (hint.empty())
      hint = section_hint(name, node_);
    into_.fail(line_, name, "expected a map of keys" + storage::not_this(node_) + hint);
    is_sound_ = false;
    node_.reset(YAML::Node(YAML::NodeType::Map)); // Assigned to, it would change the file's own.
  }
  for (const auto& entry : node_) {
    if (entry.first.IsScalar() && entry.first.Scalar() == "<<")
      into_.fail(storage::line_of(entry.first), name,
                 "expected its keys written out: << brings none in");
    if (!entry.first.IsScalar())
      into_.fail(std::max(storage::line_of(entry.first), line_), name, "expected words as keys");
  }
}

YAML::Node section::find(std::string_view key) {
  if (std::ranges::find(known_, key) == known_.end())
    known_.push_back(key);
  for (const auto& entry : node_)
    if (entry.first.IsScalar() && entry.first.Scalar() == key && !entry.second.IsNull()) {
      into_.note(storage::line_of(entry.second), full(key));
      return entry.second;
    }
  return YAML::Node(YAML::NodeType::Undefined);
}

bool section::is_unreadable(std::string_view key) const {
  return std::ranges::find(unreadable_, key) != unreadable_.end();
}

void section::describe(std::string_view key, const std::string& takes, const std::string& without) {
  auto* keys = into_.keys();
  if (!keys)
    return;
  auto name = without_places(full(key));
  if (std::ranges::find(*keys, name, &known_key::name) == keys->end())
    keys->push_back({std::move(name), takes, without, true});
}

void section::refuse(std::string_view key, const YAML::Node& node, const std::string& expected) {
  unreadable_.push_back(key);
  into_.fail(storage::line_of(node), full(key), expected);
}

void section::warn_of_quotes(std::string_view key, const YAML::Node& node, const char* kind) {
  if (is_quoted(node))
    into_.warn(storage::line_of(node), full(key),
               std::string("a text in quotes, taken as ") + kind + ": leave the quotes away");
}

void section::read(std::string_view key, std::string& out, expansion how) {
  describe(key, how == expansion::none ? "a text" : "a text, `${NAME}` replaced", out);
  auto node = find(key);
  if (!node.IsDefined())
    return;
  if (!is_word(node))
    return refuse(key, node, "expected a text" + not_this(node));
  auto text = expanded(node.Scalar(), how, into_.variables());
  if (!text)
    return refuse(key, node, text.failure().context);
  out = std::move(*text);
}

void section::read(std::string_view key, bool& out) {
  describe(key, "true or false", out ? "true" : "false");
  auto node = find(key);
  if (!node.IsDefined())
    return;
  if (!is_word(node) || (node.Scalar() != "true" && node.Scalar() != "false")) {
    auto meant = is_word(node) ? meant_flag(node.Scalar()) : "";
    return refuse(key, node,
                  "expected true or false" + not_this(node) +
                      (meant.empty() ? "" : "; did you mean " + std::string(meant) + "?"));
  }
  warn_of_quotes(key, node, "true or false");
  out = node.Scalar() == "true";
}

void section::read(std::string_view key, int64_t& out, range<int64_t> bounds) {
  describe(key, takes(bounds), std::to_string(out));
  auto node = find(key);
  if (!node.IsDefined())
    return;
  auto value = parse_whole(node);
  if (!value || *value < bounds.least || *value > bounds.most)
    return refuse(key, node, "expected " + takes(bounds) + not_this(node));
  warn_of_quotes(key, node, "a number");
  out = *value;
}

void section::read(std::string_view key, double& out, range<double> bounds) {
  describe(key, takes(bounds), number_text(out));
  auto node = find(key);
  if (!node.IsDefined())
    return;
  auto value = parse_number(node);
  // Written so that "nan" fails too.
  if (!value || !(*value >= bounds.least && *value <= bounds.most))
    return refuse(key, node, "expected " + takes(bounds) + not_this(node));
  warn_of_quotes(key, node, "a number");
  out = *value;
}

void section::read(std::string_view key, std::vector<std::string>& out, expansion how) {
  describe(key, how == expansion::none ? "a list of texts" : "a list of texts, `${NAME}` replaced",
           joined(out));
  auto node = find(key);
  if (!node.IsDefined())
    return;
  if (!is_word(node) && (!node.IsSequence() || node.size() > list_entries))
    return refuse(key, node, "expected a list of texts" + not_this(node, how));
  if (is_list_without_brackets(node, how))
    return refuse(key, node,
                  "expected a list: what is parted by commas stands in [ ], without "
                  "quotes around all of it");
  out.clear();
  auto& places = entries_[std::string(key)];
  for (size_t at = 0; at < (node.IsSequence() ? node.size() : 1); ++at) {
    const YAML::Node entry = node.IsSequence() ? node[at] : node;
    auto name = full(key) + "[" + std::to_string(at) + "]";
    into_.note(storage::line_of(entry), name);
    if (!is_word(entry)) {
      into_.fail(std::max(storage::line_of(entry), storage::line_of(node)), full(key),
                 "expected a list of texts" + not_this(entry, how));
      continue;
    }
    auto text = expanded(entry.Scalar(), how, into_.variables());
    if (!text) {
      into_.fail(storage::line_of(entry), full(key), text.failure().context);
      continue;
    }
    places.push_back(at);
    out.push_back(std::move(*text));
  }
}

void section::read(std::string_view key, std::map<std::string, std::string>& out, expansion how) {
  describe(key, "a map of names to texts", "");
  auto node = find(key);
  if (!node.IsDefined())
    return;
  if (!node.IsMap() || node.size() > list_entries)
    return refuse(key, node, "expected a map of names to texts" + not_this(node, how));
  for (const auto& entry : node) {
    if (!is_word(entry.first)) {
      into_.fail(std::max(storage::line_of(entry.first), storage::line_of(node)), full(key),
                 "expected a map of names to texts");
      continue;
    }
    auto name = full(key) + "." + entry.first.Scalar();
    into_.note(storage::line_of(entry.first), name);
    if (!is_word(entry.second)) {
      into_.fail(storage::line_of(entry.first), name,
                 "expected a text" + not_this(entry.second, how));
      continue;
    }
    auto text = expanded(entry.second.Scalar(), how, into_.variables());
    if (!text)
      into_.fail(storage::line_of(entry.second), name, text.failure().context);
    else
      out[entry.first.Scalar()] = std::move(*text);
  }
}

void section::read_bytes(std::string_view key, uint64_t& out, range<uint64_t> bounds) {
  describe(key, takes_size(bounds), size_text(out));
  auto node = find(key);
  if (!node.IsDefined())
    return;
  auto value = parse_size(node);
  if (!value || *value < bounds.least || *value > bounds.most)
    return refuse(key, node, "expected " + takes_size(bounds) + not_this(node));
  out = *value;
}

section section::below(std::string_view key) {
  return section(into_, find(key), full(key) + ".", line_);
}

std::vector<section> section::list_below(std::string_view key) {
  auto node = find(key);
  std::vector<section> out;
  if (!node.IsDefined())
    return out;
  if (!node.IsSequence() || node.size() > list_entries) {
    bool is_of_names = node.IsMap() && node.size() > 0 && node.begin()->second.IsMap();
    refuse(key, node,
           "expected a list" + not_this(node) +
               (is_of_names ? ": each entry begins with a dash" + entry_hint(node) : ""));
    return out;
  }
  for (size_t at = 0; at < node.size(); ++at) {
    auto name = full(key) + "[" + std::to_string(at) + "]";
    const YAML::Node entry = node[at];
    auto line = std::max(storage::line_of(entry), storage::line_of(node));
    auto& made = out.emplace_back(into_, entry, name + ".", line);
    if (!entry.IsNull())
      continue;
    into_.fail(line, name, "expected a map of keys" + storage::not_this(entry));
    made.is_sound_ = false;
  }
  return out;
}

} // namespace kodad::storage
