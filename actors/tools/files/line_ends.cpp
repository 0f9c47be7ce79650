// The half of a text file that deals with the ends of its lines.
#include "actors/tools/files/text_file.hpp"

#include <algorithm>
#include <span>
#include <unordered_map>

namespace kodad::actors {

namespace {

constexpr std::string_view feed = "\n";
constexpr std::string_view return_feed = "\r\n";
constexpr std::string_view return_only = "\r";

/// A text with line feeds alone, and what stood in the place of each.
struct plain_text {
  std::string text;
  std::vector<std::string_view> ends;
};

/// A lone carriage return ends a line only where there are no line feeds at all.
bool ends_in_returns(std::string_view text) {
  return text.find('\n') == text.npos && text.find('\r') != text.npos;
}

plain_text plain(std::string_view text, bool returns_end) {
  plain_text out;
  out.text.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    bool is_return = text[i] == '\r';
    bool is_pair = is_return && i + 1 < text.size() && text[i + 1] == '\n';
    if (!is_pair && text[i] != '\n' && !(is_return && returns_end)) {
      out.text.push_back(text[i]);
      continue;
    }
    out.ends.push_back(is_pair ? return_feed : is_return ? return_only : feed);
    out.text.push_back('\n');
    i += is_pair ? 1 : 0;
  }
  return out;
}

plain_text plain(std::string_view text) {
  return plain(text, ends_in_returns(text));
}

/// Has it a carriage return that belongs to no line feed?
bool has_lone_return(std::string_view text) {
  for (auto at = text.find('\r'); at != text.npos; at = text.find('\r', at + 1))
    if (!text.substr(at + 1).starts_with('\n'))
      return true;
  return false;
}

std::string_view usual_end(std::span<const std::string_view> ends) {
  auto pairs = std::ranges::count(ends, return_feed);
  auto alone = std::ranges::count(ends, return_only);
  auto feeds = static_cast<std::ptrdiff_t>(ends.size()) - pairs - alone;
  return pairs > feeds && pairs >= alone ? return_feed : alone > feeds ? return_only : feed;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// Appends a text with an end of `ends` for each of its line feeds.
void append(std::string& out, std::string_view text, auto end_of) {
  size_t number = 0;
  for (char c : text)
    if (c == '\n')
      out.append(end_of(number++));
    else
      out.push_back(c);
}

size_t feeds_in(std::string_view text) {
  return static_cast<size_t>(std::ranges::count(text, '\n'));
}

/// Where `wanted` stands, from left to right and never overlapping, within the lines wished for.
std::vector<size_t> places_of(std::string_view text, std::string_view wanted,
                              const edit_wish& wish) {
  std::vector<size_t> out;
  size_t line = 1;
  size_t counted = 0;
  auto place = text.find(wanted);
  while (place != text.npos) {
    line += feeds_in(text.substr(counted, place - counted));
    counted = place;
    // Its own last line feed is the end of a line, not the begin of another.
    auto last = line + feeds_in(wanted.substr(0, wanted.size() - 1));
    bool fits = line >= wish.first_line && last <= wish.last_line;
    if (fits)
      out.push_back(place);
    place = text.find(wanted, place + (fits ? wanted.size() : 1));
  }
  return out;
}

std::vector<size_t> lines_at(std::string_view text, const std::vector<size_t>& places) {
  std::vector<size_t> out;
  size_t line = 1;
  size_t counted = 0;
  for (auto place : places) {
    line += feeds_in(text.substr(counted, place - counted));
    counted = place;
    out.push_back(line);
  }
  return out;
}

/// Replaces to the letter.
edit_outcome edit_letters(std::string_view before, const edit_wish& wish) {
  auto places = places_of(before, wish.from, wish);
  edit_outcome out{{}, lines_at(before, places)};
  size_t done = 0;
  for (auto place : places) {
    out.text.append(before.substr(done, place - done)).append(wish.to);
    done = place + wish.from.size();
  }
  out.text.append(before.substr(done));
  return out;
}

} // namespace

std::string with_line_feeds(std::string_view text) {
  return plain(text).text;
}

std::string with_ends_of(std::string_view before, std::string_view content) {
  auto old = plain(before);
  auto fresh = plain(content);
  bool all_return = !old.ends.empty() && std::ranges::count(old.ends, feed) == 0;
  bool has_returns = std::ranges::any_of(fresh.ends, [](auto end) { return end != feed; });
  if (old.ends.empty() || (has_returns && !all_return))
    return std::string(content);
  auto usual = usual_end(old.ends);
  auto old_lines = lines_of(old.text);
  auto lines = lines_of(fresh.text);
  std::vector<std::string_view> ends(lines.size(), usual);
  auto most = std::min(old.ends.size(), lines.size());
  size_t head = 0;
  for (; head < most && old_lines[head] == lines[head]; ++head)
    ends[head] = old.ends[head];
  std::unordered_map<std::string_view, std::string_view> known;
  for (size_t i = head; i < old.ends.size(); ++i)
    known.emplace(old_lines[i], old.ends[i]);
  for (size_t i = head; i < lines.size(); ++i)
    if (auto same = known.find(lines[i]); same != known.end())
      ends[i] = same->second;
  for (size_t tail = 1; tail + head <= most && old_lines.size() == old.ends.size(); ++tail) {
    if (old_lines[old_lines.size() - tail] != lines[lines.size() - tail])
      break;
    ends[lines.size() - tail] = old.ends[old.ends.size() - tail];
  }
  std::string out;
  append(out, fresh.text, [&ends](size_t i) { return ends[i]; });
  return out;
}

edit_outcome edit_text(std::string_view before, const edit_wish& wish) {
  // Where they end no lines, carriage returns that stand alone are signs like others.
  bool returns_end = ends_in_returns(before);
  auto from = plain(wish.from, returns_end).text;
  auto to = plain(wish.to, returns_end).text;
  if (from == to && wish.from != wish.to)
    return edit_letters(before, wish);
  if (!returns_end && has_lone_return(wish.from))
    if (auto edited = edit_letters(before, wish); !edited.lines.empty())
      return edited;
  auto old = plain(before);
  auto places = places_of(old.text, from, wish);
  edit_outcome out{{}, lines_at(old.text, places)};
  auto usual = usual_end(old.ends);
  auto taken = feeds_in(from);
  size_t done = 0;
  size_t passed = 0; // Line feeds before `done`.
  auto keep = [&](size_t number) { return old.ends[passed + number]; };
  for (auto place : places) {
    auto kept = std::string_view(old.text).substr(done, place - done);
    append(out.text, kept, keep);
    passed += feeds_in(kept);
    append(out.text, to, [&](size_t number) {
      if (old.ends.empty())
        return usual;
      // New lines end like the last of those that they replace, or like the line they stand in.
      auto like = passed + (taken == 0 ? 0 : std::min(number, taken - 1));
      return old.ends[std::min(like, old.ends.size() - 1)];
    });
    done = place + from.size();
    passed += taken;
  }
  append(out.text, std::string_view(old.text).substr(done), keep);
  return out;
}

} // namespace kodad::actors
