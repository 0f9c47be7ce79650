#include "proto/git/config_text.hpp"

#include "proto/text/ascii.hpp"

#include <algorithm>

namespace kodad::proto::git {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_name(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

/// Git's isspace, without the line feed.
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

/// Bytes that no honest file has, and that readers treat in different ways.
bool is_odd(char c) {
  auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n') || byte == 0x7f;
}

class reader {
public:
  explicit reader(std::string_view bytes) : text_(bytes) {
    out_.plain = !std::ranges::any_of(bytes, is_odd);
    if (bytes.starts_with("\xef\xbb\xbf")) {
      out_.plain = false;
      at_ = 3;
    }
  }

  config_text read() {
    while (at_ < text_.size())
      if (!read_one()) {
        out_.plain = false;
        skip_line();
      }
    return std::move(out_);
  }

private:
  /// The end of the text reads as the end of a line, as it does in git.
  char peek() const { return at_ < text_.size() ? text_[at_] : '\n'; }

  char take() {
    auto c = peek();
    at_ = std::min(at_ + 1, text_.size());
    return c;
  }

  void skip_line() {
    while (take() != '\n') {
    }
  }

  void skip_blanks() {
    while (is_blank(peek()))
      take();
  }

  bool read_one() {
    auto c = peek();
    if (c == '\n' || is_blank(c))
      return take(), true;
    if (c == '#' || c == ';')
      return skip_line(), true;
    if (c == '[')
      return take(), read_header();
    return is_letter(c) && has_section_ && read_entry();
  }

  bool read_header() {
    has_section_ = false;
    current_ = {};
    while (is_name(peek()) || peek() == '.')
      current_.section += text::to_lower(take());
    if (auto dot = current_.section.find('.'); dot != std::string::npos) {
      current_.subsection = current_.section.substr(dot + 1);
      current_.section.resize(dot);
    }
    if (is_blank(peek()) && !read_subsection())
      return false;
    has_section_ = peek() == ']' && !current_.section.empty();
    return has_section_ && (take(), true);
  }

  bool read_subsection() {
    skip_blanks();
    if (current_.subsection || take() != '"')
      return false;
    std::string name;
    while (peek() != '"') {
      if (peek() == '\\')
        take();
      if (peek() == '\n')
        return false;
      name += take();
    }
    take();
    current_.subsection = std::move(name);
    return true;
  }

  bool read_entry() {
    auto entry = current_;
    while (is_name(peek()))
      entry.key += text::to_lower(take());
    skip_blanks();
    if (peek() != '\n') {
      if (take() != '=')
        return false;
      auto value = read_value();
      if (!value)
        return false;
      entry.value = std::move(value);
    }
    out_.entries.push_back(std::move(entry));
    return true;
  }

  std::optional<std::string> read_value() {
    std::string value;
    std::string blanks; // Kept only when something follows.
    bool quoted = false;
    skip_blanks();
    for (;;) {
      auto c = take();
      if (c == '\n')
        return quoted ? std::nullopt : std::optional(std::move(value));
      if (!quoted && is_blank(c)) {
        blanks += c;
        continue;
      }
      if (!quoted && (c == '#' || c == ';'))
        return skip_line(), value;
      value += blanks;
      blanks.clear();
      if (c == '"')
        quoted = !quoted;
      else if (c != '\\')
        value += c;
      else if (!read_escape(value))
        return std::nullopt;
    }
  }

  bool read_escape(std::string& value) {
    switch (auto c = take()) {
    case '\n': // Goes on in the next line.
      out_.plain = false;
      return at_ < text_.size();
    case 't':
      value += '\t';
      return true;
    case 'n':
      value += '\n';
      return true;
    case 'b':
      value += '\b';
      return true;
    default:
      value += c;
      return c == '"' || c == '\\';
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  bool has_section_ = false;
  config_entry current_;
  config_text out_;
};

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (auto c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  return out + '"';
}

} // namespace

std::string config_entry::name() const {
  return section + "." + (subsection ? *subsection + "." : "") + key;
}

config_text read_config(std::string_view bytes) {
  return reader(bytes).read();
}

std::string write_config(const std::vector<config_entry>& entries) {
  std::string out;
  const config_entry* last = nullptr;
  for (const auto& one : entries) {
    if (!last || last->section != one.section || last->subsection != one.subsection)
      out += "[" + one.section + (one.subsection ? " " + quote(*one.subsection) : "") + "]\n";
    out += "\t" + one.key + (one.value ? " = " + quote(*one.value) : "") + "\n";
    last = &one;
  }
  return out;
}

} // namespace kodad::proto::git
