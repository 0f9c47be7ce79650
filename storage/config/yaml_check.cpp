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

  void OnScalar(const YAML::Mark& at, const std::string&, YAML::anchor_t,
                const std::string& value) override {
    note(at);
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

  void OnSequenceStart(const YAML::Mark& at, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    note(at);
    levels_.push_back({});
  }
  void OnSequenceEnd() override { end(); }

  void OnMapStart(const YAML::Mark& at, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    note(at);
    levels_.push_back({true, true, {}, {}, 0});
  }
  void OnMapEnd() override { end(); }

private:
  struct level {
    bool is_map = false;
    bool expects_key = false;
    std::string key;
    std::set<std::string> seen;
    size_t at = 0; ///< In a sequence.
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
    return out;
  }

  findings& into_;
  std::vector<std::string_view> lines_;
  std::vector<level> levels_;
  int documents_ = 0;
  bool is_told_ = false;
};

bool is_control(char c) {
  auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
}

} // namespace

bool check_yaml(std::string_view text, findings& into) {
  int line = 1;
  for (auto rest = text; !rest.empty(); ++line) {
    auto end = std::min(rest.find('\n'), rest.size());
    auto here = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!proto::text::is_utf8(here))
      into.fail(line, "the file", "expected text in UTF-8");
    else if (std::ranges::any_of(here, is_control))
      into.fail(line, "the file", "expected text, without control characters");
    else
      continue;
    return false;
  }
  std::istringstream in{std::string(text)};
  YAML::Parser parser(in);
  for (walker all(text, into); parser.HandleNextDocument(all);)
    continue;
  return true;
}

} // namespace kodad::storage
