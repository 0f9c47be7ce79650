#include "actors/tools/search/file_listing.hpp"

#include "proto/limits/search.hpp"
#include "proto/text/regex_literal.hpp"
#include "proto/text/shell_word.hpp"
#include "storage/host/relative_path.hpp"

namespace kodad::actors {

using proto::text::shell_word;
namespace host = storage::host;

namespace {

/// Sets an array of ripgrep's options for these regular expressions.
std::string array(const std::string& name, const std::vector<std::string>& regexes) {
  std::string out;
  for (const auto& regex : regexes)
    out += " " + shell_word("--regexp=" + regex);
  return name + "=(" + out + " )\n";
}

/// Lets through what fits an array, or what does not; all for an empty one.
std::string filter(const std::string& name, const std::vector<std::string>& regexes,
                   const char* option = "") {
  if (regexes.empty())
    return "";
  return std::string(" | ") + plain_ripgrep + " --text" + option + " \"${" + name + "[@]}\" -";
}

std::vector<std::string> list_of(const std::string& one) {
  return one.empty() ? std::vector<std::string>() : std::vector{one};
}

/// A folder's name as the begin of a pattern in an ignore file, in a replacement of sed's.
std::string ignore_prefix(const std::string& folder) {
  std::string out = "/";
  for (char c : folder) {
    if (std::string_view("*?[]\\!# ").find(c) != std::string_view::npos)
      out += '\\';
    out += c;
  }
  std::string escaped;
  for (char c : out) {
    if (c == '\\' || c == '&' || c == '|')
      escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// Patterns of an ignore file in `folder` as patterns from the root on, for sed.
std::string moved_patterns(const std::string& folder) {
  auto script = std::string(R"(s/\r$//;s/([^\\])[[:space:]]+$/\1/;/^#/d;/^[[:space:]]*$/d)");
  if (folder == ".")
    return script;
  auto to = ignore_prefix(folder);
  return script + R"(;s|^(!?)/|\1)" + to + R"(/|;t;s|^(!?)(.*/.)|\1)" + to +
         R"(/\2|;t;s|^(!?)(.+)|\1)" + to + R"(/**/\2|)";
}

/// "a", "a/b" for "a/b/c", behind the root.
std::vector<std::string> folders_above(const std::string& place) {
  std::vector<std::string> out{"."};
  for (auto slash = place.find('/'); slash != place.npos; slash = place.find('/', slash + 1))
    out.push_back(place.substr(0, slash));
  return out;
}

/// Sets $above: what the ignore files above the place, in the workspace, say. In the order in which
/// ripgrep lets one outrank the other; a repository knows nothing of the one around it.
std::string set_above(const std::string& place) {
  const struct {
    const char* name;
    const char* variable;
  } kinds[] = {{".git/info/exclude", "exclude"},
               {".gitignore", "git"},
               {".ignore", "plain"},
               {".rgignore", "own"}};
  std::string out = "exclude= git= plain= own=\n";
  auto forget = [&out](const std::string& folder) {
    out += "[ -e " + shell_word(folder + "/.git") + " ] && exclude= git=\n";
  };
  for (const auto& folder : folders_above(place)) {
    forget(folder);
    for (const auto& kind : kinds) {
      auto file = shell_word(folder + "/" + kind.name);
      out += "[ -f " + file + " ] && " + kind.variable + "=$" + kind.variable + "$'\\n'$(sed -E " +
             shell_word(moved_patterns(folder)) + " " + file + " 2>/dev/null)\n";
    }
  }
  forget(place);
  return out + "above=$exclude$'\\n'$git$'\\n'$plain$'\\n'$own\n";
}

} // namespace

file_listing::file_listing(const file_choice& files, std::string order)
    : files_(files), order_(std::move(order)) {}

std::string file_listing::set_up() const {
  auto out = array("fit", files_.fit) + array("unfit", files_.unfit) +
             array("beneath", files_.beneath) + array("guards", list_of(files_.guarded));
  for (size_t i = 0; i < files_.open.size(); ++i)
    out += array("open" + std::to_string(i), {files_.open[i].regex});
  if (files_.place != "." && !files_.is_file && !files_.ignored)
    out += set_above(files_.place);
  return out;
}

std::string file_listing::list(const char* complaints, bool with_ignored) const {
  auto out = std::string(plain_ripgrep) + " --hidden --files --null --no-require-git";
  // What stands above the workspace, or in the home folder, is none of its business.
  out += " --no-ignore-parent --no-ignore-global";
  // The type of a file that is named counts only where it is one among others.
  bool is_picked = files_.is_file && !files_.type.empty();
  bool all = with_ignored || is_picked;
  out += all ? " --no-ignore" : "";
  out += is_picked ? " --max-depth=1" : "";
  if (!all && files_.place != "." && !files_.is_file)
    out += " --ignore-file=<(printf '%s\\n' \"$above\")";
  out += files_.type.empty() ? "" : " " + shell_word("--type=" + files_.type);
  out += " --sort" + order_ + " '--glob=!.git'";
  auto place = is_picked ? std::string(host::parent_of(files_.place)) : files_.place;
  out += place == "." ? "" : " -- " + shell_word(place);
  out += std::string(" 2>") + complaints + swap_ends;
  if (is_picked)
    out += std::string(" | ") + plain_ripgrep + " --text -e " +
           shell_word("^" + proto::text::regex_literal(files_.place) + "$") + " -";
  return out;
}

std::string file_listing::fitting() const {
  return filter("fit", files_.fit) + filter("unfit", files_.unfit, " -v");
}

std::string file_listing::with_ignored() const {
  return list("/dev/null", true) + fitting();
}

std::string file_listing::beneath() const {
  return files_.beneath.empty() ? " | false" : filter("beneath", files_.beneath);
}

std::string file_listing::free() const {
  return filter("guards", list_of(files_.guarded), " -v");
}

std::string file_listing::guarded() const {
  return filter("guards", list_of(files_.guarded));
}

std::string file_listing::open() const {
  std::string out;
  for (size_t i = 0; i < files_.open.size(); ++i)
    out += filter("open" + std::to_string(i), {files_.open[i].regex},
                  (" --replace=" + shell_word(files_.open[i].kept)).c_str()) +
           " | grep -av '^$'";
  return out;
}

std::string file_listing::find_links() const {
  if (files_.is_file)
    return "links=\n";
  auto most = std::to_string(proto::limits::search_links);
  auto out = "export place=" + shell_word(files_.place) + "\nlinks=$(find " +
             shell_word("./" + files_.place) +
             " -name .git -prune -o -type l -printf '%Y\\t%l\\t%P\\0' 2>/dev/null | head -z -n " +
             most + " | tr '\\n\\0' '?\\n')\n";
  // A link is ignored with the folder that it stands in: with the next one around it in which there
  // are files at all, and all of them are ignored.
  constexpr auto pick = R"(
function above(p) { return match(p, /\/[^\/]*$/) ? substr(p, 1, RSTART - 1) : "" }
function leaves(t, p,  i, n, part, depth) {
  if (t ~ /^\//) return index(t "/", ENVIRON["PWD"] "/") != 1
  n = split(above(p) "/" t, part, "/")
  for (i = 1; i <= n; ++i) {
    if (part[i] == ".." && --depth < 0) return 1
    if (part[i] != ".." && part[i] != "." && part[i] != "") ++depth
  }
  return 0
}
n < 3 { d = above($0); while (d != "" && !((n, d) in seen)) { seen[n, d] = 1; d = above(d) } next }
{ split($0, part, "\t"); p = substr($0, length(part[1]) + length(part[2]) + 3)
  if (ENVIRON["place"] != ".") p = ENVIRON["place"] "/" p
  d = above(p); while (d != "" && !((2, d) in seen)) d = above(d)
  if (d == "" || all || (1, d) in seen)
    print (leaves(part[2], p) ? "o" : part[1]) "\t" part[2] "\t" p })";
  auto lists = files_.ignored
                   ? std::string(" all=1 n=3")
                   : " n=1 <(" + list("/dev/null") + ") n=2 <(" + list("/dev/null", true) + ") n=3";
  return out + "[ -n \"$links\" ] && links=$(awk 2>/dev/null " + shell_word(pick) + lists +
         " <(printf '%s\\n' \"$links\") | sort -t $'\\t' -k 3)\n";
}

} // namespace kodad::actors
