#include "storage/config/yaml_check.hpp"

#include "proto/text/utf8.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <vector>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace kodad::storage {

namespace {

/// Walks a document without following aliases, which may multiply.
class walker : public YAML::EventHandler {
public:
  walker(std::string_view text, findings& into) : into_(into) {
    while (!text.empty()) {
      auto end = std::min(text.find('\n'), text.size());
      lines_.push_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void OnDocumentStart(const YAML::Mark&) override { ++documents_; }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark&, YAML::anchor_t) override { leaf(); }
  void OnAlias(const YAML::Mark& at, YAML::anchor_t) override {
    note(at);
    leaf();
  }

  void OnScalar(const YAML::Mark& at, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    note(at);
    judge_tag(at, tag);
    if (!ends_on_its_line(at))
      into_.fail(at.line + 1, path(), "expected the closing quote on the same line");
    if (levels_.empty() || !levels_.back().expects_key)
      return leaf();
    auto& top = levels_.back();
    top.key = value;
    top.expects_key = false;
    if (!top.seen.insert(value).second)
      into_.fail(at.line + 1, path(), "expected once, stands twice");
  }

  void OnSequenceStart(const YAML::Mark& at, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    note(at);
    judge_tag(at, tag);
    levels_.push_back({false, false, {}, {}, 0, at.line + 1});
  }
  void OnSequenceEnd() override { end(); }

  void OnMapStart(const YAML::Mark& at, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    note(at);
    judge_tag(at, tag);
    levels_.push_back({true, true, {}, {}, 0, at.line + 1});
  }
  void OnMapEnd() override { end(); }

  /// Where the innermost list or map begins that has not ended; 0 for none.
  int open_line() const { return levels_.empty() ? 0 : levels_.back().line; }

  /// Else all that could be said of the file as a whole is said.
  bool is_sound() const { return is_sound_; }

private:
  struct level {
    bool is_map = false;
    bool expects_key = false;
    std::string key;
    std::set<std::string> seen;
    size_t at = 0; ///< In a sequence.
    int line = 0;  ///< Where it begins.
  };

  /// A quote that nobody closes takes in all keys up to the next one.
  bool ends_on_its_line(const YAML::Mark& at) const {
    if (at.line < 0 || static_cast<size_t>(at.line) >= lines_.size())
      return true;
    auto here = lines_[static_cast<size_t>(at.line)];
    here.remove_prefix(std::min(static_cast<size_t>(std::max(at.column, 0)), here.size()));
    if (here.empty() || (here.front() != '"' && here.front() != '\''))
      return true;
    auto quote = here.front();
    for (size_t i = 1; i < here.size(); ++i)
      if (quote == '"' && here[i] == '\\')
        ++i;
      else if (here[i] == quote)
        return true;
    return false;
  }

  /// "!env NAME" would be taken as the text NAME.
  void judge_tag(const YAML::Mark& at, const std::string& tag) {
    bool is_usual = tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002");
    is_sound_ = is_sound_ && (is_usual || !levels_.empty());
    if (!is_usual)
      into_.fail(at.line + 1, path(),
                 "expected a value without the tag " + tag +
                     "; a variable of the environment is written ${NAME}");
  }

  /// Something stands here; in a second document, that is one too many.
  void note(const YAML::Mark& at) {
    if (documents_ > 1 && !std::exchange(is_told_, true))
      into_.fail(at.line + 1, "the file", "expected one document; behind --- begins another");
  }

  /// A whole value, or a whole key, has passed.
  void leaf() {
    if (levels_.empty())
      return;
    auto& top = levels_.back();
    if (top.is_map && top.expects_key)
      top.key = "?";
    top.expects_key = top.is_map && !top.expects_key;
    top.at += top.is_map ? 0 : 1;
  }

  void end() {
    levels_.pop_back();
    leaf();
  }

  std::string path() const {
    std::string out;
    for (const auto& each : levels_)
      if (each.is_map)
        out += (out.empty() ? "" : ".") + each.key;
      else
        out += "[" + std::to_string(each.at) + "]";
    return out.empty() ? "the file" : out;
  }

  findings& into_;
  std::vector<std::string_view> lines_;
  std::vector<level> levels_;
  int documents_ = 0;
  bool is_told_ = false;
  bool is_sound_ = true;
};

/// What yaml-cpp says, and what it mostly means.
std::string yaml_fault(const std::string& told) {
  constexpr std::pair<std::string_view, const char*> meanings[] = {
      {"illegal map value",
       "is the line indented as its neighbours? a text that holds a colon and a blank needs "
       "quotes"},
      {"flow", "a [ or { that begins here is not closed, or a text in it that begins with * or "
               "holds { needs quotes"},
      {"end of map", "is the line indented as the others of its section?"},
      {"end of sequence", "is the line indented as the others of its list?"},
      {"alias", "a text that begins with * needs quotes"},
      {"anchor", "a text that begins with * or & needs quotes"},
      {"unknown token", "a text that begins with @, % or ` needs quotes"},
      {"illegal block scalar", "a text that begins with | or > needs quotes"},
  };
  for (const auto& [part, meaning] : meanings)
    if (told.find(part) != told.npos)
      return "not YAML: " + told + ": " + meaning;
  return "not YAML: " + told;
}

/// The name of the blank that a text begins with, if it is a strange one.
std::string_view strange_at(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> all[] = {
      {"\xc2\xa0", "U+00A0"},     {"\xe2\x80\x8b", "U+200B"}, {"\xe2\x80\xaf", "U+202F"},
      {"\xe2\x80\x83", "U+2003"}, {"\xe3\x80\x80", "U+3000"}, {"\xef\xbb\xbf", "U+FEFF"}};
  for (const auto& [bytes, name] : all)
    if (text.starts_with(bytes))
      return name;
  return {};
}

/// Without the mark of UTF-8 that some editors put before a file, and that YAML takes.
std::string_view without_mark(std::string_view text) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

/// Editors show a tab as some blanks; YAML counts none.
bool is_indented_by_tab(std::string_view line) {
  auto end = line.find_first_not_of(" \t");
  return end != line.npos && line[end] != '#' && line[end] != '\r' &&
         line.substr(0, end).find('\t') != line.npos;
}

/// Blanks that web pages and editors put in, and that are letters to YAML: before a key, or right
/// behind one.
std::string_view strange_blank(std::string_view line) {
  auto from = [](std::string_view text, std::string_view all, size_t at) {
    return text.substr(std::min(text.find_first_not_of(all, at), text.size()));
  };
  auto rest = from(line, " -", 0);
  if (rest.starts_with('#'))
    return {};
  auto name = strange_at(rest);
  auto colon = rest.find(':');
  return !name.empty() || colon == rest.npos ? name : strange_at(from(rest, " ", colon + 1));
}

bool is_control(char c) {
  auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
}

/// The line of a table of TOML, "[server]" before "port = 4100"; 0 where none is.
int table_line(std::string_view text) {
  int line = 1;
  for (int table = 0; !text.empty(); ++line) {
    auto end = std::min(text.find('\n'), text.size());
    auto here = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    here.remove_prefix(std::min(here.find_first_not_of(" \t"), here.size()));
    while (here.ends_with('\r') || here.ends_with(' '))
      here.remove_suffix(1);
    if (here.empty() || here.starts_with('#'))
      continue;
    if (table > 0)
      return here.find(" = ") != here.npos && here.find(": ") == here.npos ? table : 0;
    if (!here.starts_with('[') || !here.ends_with(']'))
      return 0;
    table = line;
  }
  return 0;
}

} // namespace

bool check_yaml(std::string_view text, findings& into) {
  if (auto table = table_line(text); table > 0) {
    into.fail(table, "the file",
              "expected YAML, such as server: {port: 4100}; this looks like TOML");
    return false;
  }
  int line = 1;
  for (auto rest = text; !rest.empty(); ++line) {
    auto end = std::min(rest.find('\n'), rest.size());
    auto here = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!proto::text::is_utf8(here))
      into.fail(line, "the file", "expected text in UTF-8");
    else if (std::ranges::any_of(here, is_control))
      into.fail(line, "the file", "expected text, without control characters");
    else if (auto name = strange_blank(line == 1 ? without_mark(here) : here); !name.empty())
      into.fail(line, "the file",
                "expected blanks, not the " + std::string(name) +
                    " that looks like one: it came along from where this was copied");
    else if (is_indented_by_tab(here))
      into.fail(line, "the file", "expected blanks before the text, not a tab");
    else
      continue;
    return false;
  }
  std::istringstream in{std::string(text)};
  YAML::Parser parser(in);
  walker all(text, into);
  try {
    while (parser.HandleNextDocument(all))
      continue;
  } catch (const YAML::Exception& failure) {
    auto noticed = failure.mark.is_null() ? 0 : failure.mark.line + 1;
    // One that nothing closes is noticed at the end of the file only.
    bool is_open = failure.msg.find("flow") != std::string::npos && all.open_line() > 0;
    into.fail(is_open ? all.open_line() : noticed, "the file", yaml_fault(failure.msg));
    return false;
  }
  return all.is_sound();
}

} // namespace kodad::storage
