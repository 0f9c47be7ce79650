#include "actors/tools/search/search_result.hpp"

#include "proto/limits.hpp"
#include "proto/limits/search.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace kodad::actors {

namespace limits = proto::limits;

namespace {

/// What a script says, sorted.
struct search_said {
  std::vector<std::string_view> complaints;
  std::vector<std::string_view> found;
  std::vector<std::string_view> guarded;
  std::vector<std::string_view> guarded_found;
  std::map<std::string_view, size_t> numbers;

  size_t number(std::string_view name) const {
    auto known = numbers.find(name);
    return known == numbers.end() ? 0 : known->second;
  }
};

search_said sort(std::string_view text) {
  search_said out;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty())
      continue;
    auto rest = line.substr(1);
    if (line.front() == said::found) {
      out.found.push_back(rest);
    } else if (line.front() == said::guarded) {
      out.guarded.push_back(rest);
    } else if (line.front() == said::guarded_found) {
      out.guarded_found.push_back(rest);
    } else if (line.front() == said::number) {
      auto blank = std::min(rest.find(' '), rest.size());
      auto digits = rest.substr(std::min(blank + 1, rest.size()));
      size_t number = 0;
      std::from_chars(digits.data(), digits.data() + digits.size(), number);
      out.numbers[rest.substr(0, blank)] = number;
    } else {
      out.complaints.push_back(line);
    }
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

  /// False when there is no room for it any more.
  bool add(std::string_view line) {
    auto part = read_line(line, shape_.kind);
    if (shape_.kind == result_kind::lines && part.file.empty())
      return gap();
    // A file that is read in two encodings has most of its lines twice.
    auto key = std::string(part.file) + "\n" + std::string(part.number);
    if (!known_.insert(std::move(key)).second && !shape_.is_repeating)
      return true;
    if (shown_ == shape_.page.limit) {
      more_ = true;
      return false;
    }
    ++shown_;
    show(part);
    return true;
  }

  void note(const std::string& text) { out_.append("(").append(text).append(")\n"); }
  void say(std::string_view text) { out_.append(text); }
  size_t shown() const { return shown_; }
  bool has_more() const { return more_; }
  std::string take() { return std::move(out_); }

private:
  bool gap() {
    if (shown_ > 0)
      gap_ = true;
    return true;
  }

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
  bool gap_ = false;
  bool more_ = false;
};

/// The guarded files that must not be looked at, and those that may.
struct guarded_files {
  std::set<std::string, std::less<>> open;
  std::vector<std::string> closed;
};

guarded_files judge(const search_said& all, const result_shape& shape) {
  guarded_files out;
  auto usual = shape.rules ? may_read(*shape.rules, shape.place) : proto::action::allow;
  for (auto path : all.guarded) {
    if (shape.rules && may_read(*shape.rules, std::string(path)) <= usual)
      out.open.emplace(path);
    else
      out.closed.emplace_back(path);
  }
  return out;
}

void note_closed(composer& out, const guarded_files& files, size_t all) {
  auto unknown = all - std::min(all, files.open.size() + files.closed.size());
  if (files.closed.empty() && unknown == 0)
    return;
  std::string named;
  auto shown = std::min(files.closed.size(), limits::guarded_named);
  for (size_t i = 0; i < shown; ++i)
    named += (i == 0 ? "" : ", ") + files.closed[i];
  auto more = files.closed.size() - shown + unknown;
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
  auto next = "; go on with offset " + std::to_string(shape.page.offset + out.shown());
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
  auto guarded = judge(all, shape);
  composer out(shape);
  for (auto line : all.found)
    if (!out.add(line))
      break;
  for (auto line : all.guarded_found)
    if (guarded.open.contains(read_line(line, shape.kind).file) && !out.add(line))
      break;
  if (out.shown() == 0)
    say_nothing(out, all, shape);
  else if (out.has_more() || is_cut)
    note_more(out, shape);
  note_closed(out, guarded, all.number("guarded"));
  note_complaints(out, all);
  tool_output result;
  result.text = out.take();
  return result;
}

} // namespace kodad::actors
