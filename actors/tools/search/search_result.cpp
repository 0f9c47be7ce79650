#include "actors/tools/search/search_result.hpp"

#include "proto/limits.hpp"
#include "proto/limits/search.hpp"
#include "proto/text/utf8.hpp"
#include "storage/host/relative_path.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace kodad::actors {

namespace limits = proto::limits;

namespace {

/// A line that a search found.
struct said_line {
  char sign;
  std::string_view text;
};

/// A link that a search met and did not follow.
struct met_link {
  char kind; ///< As file_listing::find_links tells it.
  std::string_view text;
  std::string_view path;
};

/// What a script says, sorted.
struct search_said {
  std::vector<std::string_view> complaints;
  std::vector<said_line> found;
  std::set<std::string_view> guarded;
  std::vector<met_link> links;
  std::map<std::string_view, size_t> numbers;

  size_t number(std::string_view name) const {
    auto known = numbers.find(name);
    return known == numbers.end() ? 0 : known->second;
  }
};

bool is_hit(char sign) {
  return sign == said::found || sign == said::again || sign == said::guarded_found ||
         sign == said::guarded_again;
}

void add_link(search_said& out, std::string_view line) {
  auto first = line.find('\t');
  auto second = first == line.npos ? first : line.find('\t', first + 1);
  if (second != line.npos && first == 1)
    out.links.push_back(
        {line.front(), line.substr(first + 1, second - first - 1), line.substr(second + 1)});
}

void add_number(search_said& out, std::string_view line) {
  auto blank = std::min(line.find(' '), line.size());
  auto digits = line.substr(std::min(blank + 1, line.size()));
  size_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  out.numbers[line.substr(0, blank)] = number;
}

search_said sort(std::string_view text) {
  search_said out;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty())
      continue;
    auto rest = line.substr(1);
    if (is_hit(line.front()))
      out.found.push_back({line.front(), rest});
    else if (line.front() == said::guarded && !rest.empty())
      out.guarded.insert(rest);
    else if (line.front() == said::link)
      add_link(out, rest);
    else if (line.front() == said::number)
      add_number(out, rest);
    else if (line.front() != said::guarded)
      out.complaints.push_back(line);
  }
  return out;
}

std::string number_of(size_t count, std::string_view one) {
  return std::to_string(count) + " " + std::string(one) + (count == 1 ? "" : "s");
}

/// Of a line that a search wrote: its file, its number if it has one, and the rest.
struct found_line {
  std::string_view file;
  std::string_view number;
  std::string_view text;
  bool is_match = true; ///< Else it stands beside one.
};

/// The parts are set apart by tabs: colons are common in paths.
found_line read_line(std::string_view line, result_kind kind) {
  if (kind == result_kind::files || kind == result_kind::matching_files)
    return {line, {}, {}};
  if (kind == result_kind::counts) {
    auto colon = std::min(line.rfind(':'), line.size());
    return {line.substr(0, colon), {}, line.substr(std::min(colon + 1, line.size()))};
  }
  for (std::string_view separator : {"\t:\t", "\t-\t"}) {
    auto first = line.find(separator);
    auto second = first == line.npos ? first : line.find(separator, first + separator.size());
    if (second == line.npos)
      continue;
    auto number = first + separator.size();
    return {line.substr(0, first), line.substr(number, second - number),
            line.substr(second + separator.size()), separator[1] == ':'};
  }
  constexpr std::string_view binary = ": binary file matches";
  auto mark = line.find(binary);
  if (mark != line.npos)
    return {line.substr(0, mark), {}, "(a binary file; it has matches)"};
  return {{}, {}, line};
}

class composer {
public:
  explicit composer(const result_shape& shape) : shape_(shape) {}

  /// Takes the next line of the page; false when there is no room for it any more.
  bool take(const said_line& line, bool is_open) {
    if (taken_ == shape_.page.limit) {
      more_ = true;
      return false;
    }
    ++taken_;
    auto part = read_line(line.text, shape_.kind);
    if (shape_.kind == result_kind::lines && part.file.empty()) {
      gap_ = shown_ > 0;
      return true;
    }
    // A file that is read in two encodings has most of its lines twice.
    bool is_again = line.sign == said::again || line.sign == said::guarded_again;
    auto key = std::string(part.file) + "\n" + std::string(part.number);
    if (!is_open || (is_again && known_.contains(key)))
      return true;
    if (!is_again)
      known_.insert(std::move(key));
    ++shown_;
    show(part);
    return true;
  }

  void note(const std::string& text) { out_.append("(").append(text).append(")\n"); }
  void say(std::string_view text) { out_.append(text); }
  size_t shown() const { return shown_; }
  size_t taken() const { return taken_; }
  bool has_more() const { return more_; }
  std::string finish() { return std::move(out_); }

private:
  void show(const found_line& part) {
    if (shape_.kind == result_kind::counts) {
      out_.append(part.file).append(": ").append(part.text).append("\n");
    } else if (shape_.kind != result_kind::lines) {
      out_.append(part.file).append("\n");
    } else {
      if (part.file != file_)
        out_.append(part.file).append("\n");
      else if (gap_)
        out_.append("  --\n");
      out_.append("  ");
      if (shape_.with_numbers && !part.number.empty())
        out_.append(part.number).append(part.is_match ? ": " : "- ");
      out_.append(part.text).append("\n");
    }
    file_ = part.file;
    gap_ = false;
  }

  const result_shape& shape_;
  std::string out_;
  std::string file_;
  std::set<std::string> known_;
  size_t shown_ = 0;
  size_t taken_ = 0; ///< Lines of the output, with those between matches and those left out.
  bool gap_ = false;
  bool more_ = false;
};

/// Where a link leads within the workspace, by its text; nothing for a way out.
std::optional<std::string> target_of(const met_link& link, const result_shape& shape) {
  auto text = std::string(link.text);
  if (!text.starts_with('/'))
    text = std::string(storage::host::parent_of(link.path)) + "/" + text;
  auto inside = storage::host::relative_path(shape.root, text);
  return inside ? std::optional(*inside) : std::nullopt;
}

void note_links(composer& out, const search_said& all, const result_shape& shape) {
  if (all.links.empty())
    return;
  std::string named;
  for (const auto& link : all.links) {
    auto target = target_of(link, shape);
    bool is_dead = link.kind != 'f' && link.kind != 'd';
    named.append(named.empty() ? "" : ", ").append(link.path);
    named += target ? " -> " + *target + (is_dead ? " (nothing to search there)" : "")
                    : std::string(" (leads outside the workspace)");
  }
  auto count = all.number("links");
  if (count > all.links.size())
    named += " and " + number_of(count - all.links.size(), "more link") +
             (count >= limits::search_links ? " or more" : "");
  out.note("links are not followed: " + named +
           "; what they lead to in the workspace has a name of its own there, which can be path");
}

/// May a guarded file be looked at?
bool may_be_searched(std::string_view path, const result_shape& shape) {
  return shape.rules &&
         may_read(*shape.rules, std::string(path)) <= may_read(*shape.rules, shape.place);
}

void note_closed(composer& out, const search_said& all, const result_shape& shape) {
  std::string named;
  size_t closed = 0;
  for (auto path : all.guarded)
    if (!may_be_searched(path, shape) && ++closed <= limits::guarded_named)
      named.append(named.empty() ? "" : ", ").append(path);
  auto open = all.numbers.contains("open") ? all.number("open") : all.guarded.size() - closed;
  auto guarded = all.number("guarded");
  auto more = guarded - std::min(guarded, open + std::min(closed, limits::guarded_named));
  if (named.empty() && more == 0)
    return;
  if (more > 0)
    named += (named.empty() ? "" : " and ") + number_of(more, "more file");
  out.note("not searched, since a rule asks or denies before they are read: " + named +
           "; ask for one with read, or name it as path");
}

void note_complaints(composer& out, const search_said& all) {
  constexpr size_t most = 10;
  for (size_t i = 0; i < std::min(all.complaints.size(), most); ++i) {
    auto line = all.complaints[i];
    if (line.starts_with("rg: "))
      line.remove_prefix(4);
    out.note("not searched: " + std::string(proto::text::prefix(line, limits::line_bytes)));
  }
  if (all.complaints.size() > most)
    out.note("more could not be searched");
}

void say_nothing(composer& out, const search_said& all, const result_shape& shape) {
  bool is_glob = shape.kind == result_kind::files;
  if (shape.page.offset > 0) {
    out.note("nothing comes after the first " + std::to_string(shape.page.offset));
    return;
  }
  out.say(is_glob ? "(no file matches)\n" : "(nothing matches)\n");
  for (const auto& hint : shape.hints)
    out.note(hint);
  auto ignored = all.number("ignored");
  auto searched = all.number("searched");
  if (is_glob && ignored > 0 && !shape.ignored)
    out.note("not shown, as the project ignores them: " + number_of(ignored, "file") +
             " that would match; includeIgnored shows them");
  if (is_glob && all.number("beneath") > 0)
    out.note("folders match, with " + number_of(all.number("beneath"), "file") +
             " in them; a glob finds files: end it with /**");
  if (is_glob)
    return;
  if (searched == 0)
    out.note("no file was searched: none fits path, include and type");
  if (ignored > searched && !shape.ignored)
    out.note("not searched, as the project ignores them: " + number_of(ignored - searched, "file") +
             "; includeIgnored searches them");
}

void note_more(composer& out, const result_shape& shape) {
  auto count = std::to_string(out.shown());
  auto next = "; go on with offset " + std::to_string(shape.page.offset + out.taken());
  if (shape.kind == result_kind::files)
    out.note("more than " + count + " files match; the newest are shown" + next);
  else if (shape.kind == result_kind::lines)
    out.note("more lines match than the " + count + " shown; narrow the pattern" + next);
  else
    out.note("more files match than the " + count + " shown" + next);
}

} // namespace

tool_output search_result(std::string_view text, bool is_cut, const result_shape& shape) {
  auto all = sort(text);
  composer out(shape);
  for (const auto& line : all.found) {
    bool is_guarded = line.sign == said::guarded_found || line.sign == said::guarded_again;
    auto file = read_line(line.text, shape.kind).file;
    if (!out.take(line, !is_guarded || may_be_searched(file, shape)))
      break;
  }
  if (out.shown() == 0 && !out.has_more())
    say_nothing(out, all, shape);
  else if (out.has_more() || is_cut)
    note_more(out, shape);
  for (const auto& note : shape.notes)
    out.note(note);
  note_closed(out, all, shape);
  note_links(out, all, shape);
  note_complaints(out, all);
  tool_output result;
  result.text = out.finish();
  return result;
}

} // namespace kodad::actors
