#include "actors/permission/command_line.hpp"

#include "actors/permission/risky_command.hpp"
#include "proto/limits.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>
#include <optional>

namespace kodad::actors {

namespace {

using words = std::vector<std::string>;

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Reads the text front to back; gives up at the first thing that is not plain.
class splitter {
public:
  explicit splitter(std::string_view text) : text_(text) {}

  /// The simple commands, or nothing if one of them is not plain.
  std::optional<std::vector<words>> split() {
    while (plain_ && at_ < text_.size())
      take();
    end_command();
    if (!plain_ || wants_more_ || commands_.empty())
      return std::nullopt;
    return std::move(commands_);
  }

private:
  char look(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void take() {
    char c = look();
    if (is_blank(c)) {
      end_word();
      ++at_;
    } else if (c == ';' || c == '&' || c == '|' || c == '\n') {
      take_operator();
    } else if (c == '\'' || c == '"') {
      take_quoted(c);
    } else if (c == '\\') {
      take_escaped();
    } else if (c == '>' || (c == '2' && look(1) == '>' && !in_word_)) {
      take_redirection();
    } else if (is_plain(c)) {
      add(c);
      ++at_;
    } else {
      plain_ = false;
    }
  }

  /// Globs, tildes and the like only ever make arguments, and `names_a_command` keeps them out of
  /// the first word.
  bool is_plain(char c) const {
    if (c == '#' || c == '!')
      return in_word_; // Starts a comment or a negation.
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f &&
           std::string_view("$`(){}<>").find(c) == std::string_view::npos;
  }

  void add(char c) {
    in_word_ = true;
    word_ += c;
  }

  void take_operator() {
    auto rest = text_.substr(at_);
    bool two = rest.starts_with("&&") || rest.starts_with("||") || rest.starts_with("|&");
    char c = look();
    at_ += two ? 2 : 1;
    end_word();
    if (command_.empty()) {
      plain_ = plain_ && c == '\n'; // Empty lines are fine, ";;" is not.
      return;
    }
    end_command();
    wants_more_ = two || c == '|';
  }

  void take_quoted(char quote) {
    quoted_word_ = in_word_ = true;
    for (++at_; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == quote) {
        ++at_;
        return;
      }
      bool expands = quote == '"' && std::string_view("$`\\!").find(c) != std::string_view::npos;
      if (expands || (static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n'))
        plain_ = false;
      word_ += c;
    }
    plain_ = false; // Nothing closes it.
  }

  void take_escaped() {
    char next = look(1);
    if (static_cast<unsigned char>(next) < ' ' || next == 0x7f)
      plain_ = false;
    quoted_word_ = true;
    add(next);
    at_ += 2;
  }

  /// Only the harmless ones: of output into nothing, or of one output into the other.
  void take_redirection() {
    end_word();
    at_ += look() == '2' ? 2 : 1;
    auto rest = text_.substr(at_);
    for (std::string_view target : {"&1", "&2", "/dev/null", " /dev/null"}) {
      auto after = rest.starts_with(target) ? rest.substr(target.size()) : "x";
      if (after.empty() || std::string_view(" \t\n;|").find(after[0]) != std::string_view::npos) {
        at_ += target.size();
        return;
      }
    }
    plain_ = false;
  }

  void end_word() {
    if (!in_word_)
      return;
    if (command_.empty() && quoted_word_)
      plain_ = false; // `l\s` and "ls" are for hiding.
    command_.push_back(std::move(word_));
    word_.clear();
    in_word_ = quoted_word_ = false;
  }

  void end_command() {
    end_word();
    if (command_.empty())
      return;
    plain_ = plain_ && names_a_command(command_.front()) && !is_risky(command_);
    commands_.push_back(std::move(command_));
    command_.clear();
    wants_more_ = false;
  }

  std::string_view text_;
  size_t at_ = 0;
  bool plain_ = true;
  bool in_word_ = false;
  bool quoted_word_ = false;
  bool wants_more_ = false; // After `&&`, `||` and `|`.
  std::string word_;
  words command_;
  std::vector<words> commands_;
};

std::string join(const words& all) {
  std::string out;
  for (const auto& word : all)
    out += (out.empty() ? "" : " ") + word;
  return out;
}

/// What stands between any two of these could be a command of its own.
constexpr std::string_view seams = ";&|()<>{}`'\"$\n\r";

/// The words of a piece of text, without quotes and backslashes.
words words_of(std::string_view piece) {
  words out(1);
  for (char c : piece) {
    if (is_blank(c) || c == '\r' || c == '\0')
      out.emplace_back();
    else if (c != '\\' && c != '\'' && c != '"')
      out.back() += c;
  }
  std::erase(out, "");
  return out;
}

/// Each tail of the piece whose first word may be a command: the piece itself, and what follows
/// words that only lead up to one (`sudo -u me`, `X=1`, `xargs -n 1`, `find . -exec`).
void add_suspects(std::string_view piece, std::vector<std::string>& out) {
  auto all = words_of(piece);
  for (size_t at = 1; at < all.size(); ++at)
    if (all[at - 1].starts_with("-exec") || all[at - 1].starts_with("-ok"))
      out.push_back(join(words(all.begin() + static_cast<std::ptrdiff_t>(at), all.end())));
  while (!all.empty()) {
    out.push_back(join(all));
    auto slash = all.front().rfind('/');
    if (slash != std::string::npos) {
      auto plain_name = all;
      plain_name.front().erase(0, slash + 1);
      out.push_back(join(plain_name));
    }
    if (!leads_to_a_command(all.front()))
      return;
    all.erase(all.begin());
    // Flags of the leading word, and their values: "sudo -u me curl".
    while (!all.empty() && all.front().starts_with('-')) {
      all.erase(all.begin());
      if (all.size() > 1)
        out.push_back(join(words(all.begin() + 1, all.end())));
    }
  }
}

std::vector<std::string> suspects_of(std::string_view text) {
  std::vector<std::string> out;
  // Twice: with quotes as seams ("sh -c 'curl x'"), and with quotes glued away ("cu''rl x").
  for (auto cut : {seams, std::string_view(";&|()<>{}`$\n\r")})
    for (size_t at = 0; at <= text.size();) {
      auto end = std::min(text.find_first_of(cut, at), text.size());
      add_suspects(text.substr(at, end - at), out);
      at = end + 1;
    }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (is_blank(text.front()) || text.front() == '\n'))
    text.remove_prefix(1);
  while (!text.empty() && (is_blank(text.back()) || text.back() == '\n'))
    text.remove_suffix(1);
  return text;
}

} // namespace

command_line read_command_line(std::string_view text) {
  command_line out;
  text = trim(text);
  auto readable = text.size() <= proto::limits::command_bytes && proto::text::is_utf8(text);
  if (auto plain = readable ? splitter(text).split() : std::nullopt) {
    for (const auto& command : *plain)
      out.commands.push_back(join(command));
    return out;
  }
  out.understood = false;
  out.commands.emplace_back(text);
  out.suspects = suspects_of(text);
  return out;
}

} // namespace kodad::actors
