#include "actors/tools/search/search_script.hpp"

#include "actors/tools/argument_values.hpp"
#include "proto/limits/search.hpp"

namespace kodad::actors {

namespace {

// In each script complaints of ripgrep go to descriptor 3. A variable holds paths a line each, with
// a sign that no name has, \1, for a line break of their own.
constexpr const char* to_variable = " | tr '\\0' '\\1'";
constexpr const char* to_names = " | tr '\\n\\1' '\\0\\n'";
constexpr const char* count = " | wc -l";
constexpr const char* lines = " | tr '\\0\\1' '?'"; // Of names with line breaks one line each.
constexpr const char* nobody = "/dev/null";

std::string mark(char sign) {
  return std::string(" | sed 's/^/") + sign + "/'";
}

/// Says what of the pattern or the options ripgrep does not understand.
std::string check(const std::vector<std::string>& options) {
  return "export LC_ALL=C\ncommand -v rg >/dev/null || exit 127\nbad=$(" +
         std::string(plain_ripgrep) + " " + shell_line(options) +
         " --regexp=\"$1\" -- /dev/null 2>&1)\n"
         "[ $? = 2 ] && { printf '%s\\n' \"$bad\"; exit 2; }\npattern=$2 end=$'\\n'\n";
}

/// The lines of a variable.
std::string lines_of(const std::string& variable) {
  return "printf '%s' \"${" + variable + ":+$" + variable + "$end}\"";
}

std::string paging(const output_page& page) {
  auto skipped = page.offset == 0 ? "" : " | tail -n +" + std::to_string(page.offset + 1);
  return skipped + " | head -n " + std::to_string(page.limit + 1);
}

/// Complaints first, so that they are never cut off.
constexpr const char* show = "printf '%s\\n' \"$all\" | grep -av '^[=~*%]' | head -n 20\n"
                             "printf '%s\\n' \"$all\" | grep -a '^[=~*%]'\n";

std::string number(const std::string& name, const std::string& pipe) {
  return "echo \"#" + name + " $(" + pipe + count + ")\"\n";
}

/// Tells of the links in a pipe.
std::string tell_links(const std::string& links) {
  auto most = " | head -n " + std::to_string(proto::limits::links_named);
  return "[ -n \"$links\" ] && {\n" + number("links", links) + links + most + mark(said::link) +
         "; }\n";
}

/// Tells the guarded files that were searched, and some that were not.
std::string tell_guarded() {
  return "{ " + lines_of("open") + lines + "; " + lines_of("closed") +
         " | grep -avxFf <(printf '%s\\n' \"$open\") | head -n " +
         std::to_string(proto::limits::guarded_named + 1) + "; }" + mark(said::guarded) + "\n";
}

constexpr const char* if_nothing = "case $'\\n'\"$all\" in *$'\\n'[=~*%]*) ;; *)\n";

/// Makes UTF-8 of the lines in $all that have no sign of it.
std::string show_latin() {
  auto ripgrep = std::string(" | ") + plain_ripgrep + " --text ";
  auto all = std::string("printf '%s\\n' \"$all\"") + ripgrep + "-n ";
  auto odd = all + "-v -e '^.*$' -" + ripgrep;
  auto sign = std::string(" -e '[^\\x00-\\x7f]' -");
  return "case $all in *[$'\\x80'-$'\\xff']*)\nodd=$(" + odd + "-v" + sign + ripgrep +
         "--encoding=latin1 '' -)\n[ -n \"$odd\" ] && all=$( { printf '%s\\n' \"$odd\"; " + odd +
         sign + "; " + all + "-e '^.*$' -; } | sort -n | sed 's/^[0-9]*://' )\nesac\n";
}

/// Lists the files once for what is in there, and once for what cannot be looked at. ripgrep sets a
/// name apart from what it found there by line breaks, so that names have none.
std::string list_all(const file_listing& listing) {
  auto bad = std::string(" | head -n 20; })\n");
  return "all_files=$(" + listing.chosen(nobody) + to_variable + ")\nbad=$({ " +
         listing.list("&1 >/dev/null") + swap_ends + bad + "case $all_files in *$'\\1'*)\n" +
         "bad=$bad$end$({ " + lines_of("all_files") + " | grep -a $'\\1'" + lines +
         " | sed 's/$/: its name has a line break/'" + bad + "all_files=$(" +
         lines_of("all_files") + " | grep -av $'\\1')\nesac\n";
}

/// The pipes that look into files.
class looking {
public:
  explicit looking(const line_search& wanted) : wanted_(wanted) {}

  /// Sets what of the files in a variable are no UTF-8 (others_…), what of those have no sign of it
  /// at all (latin_…), and what is left without the latter (plain_…). What is no UTF-8 has lines
  /// that not even everything fits.
  std::string sort_out(const std::string& files) const {
    auto others = "others_" + files;
    auto latin = "latin_" + files;
    auto out = "plain_" + files + "=$" + files + "\n";
    if (!wanted_.any_encoding)
      return out;
    return out + pick(files, others, "--files-with-matches -v -e '^.*$'") + latin +
           "=\nif [ -n \"$" + others + "\" ]; then\n" +
           pick(others, latin, "--files-without-match -e '[^\\x00-\\x7f]'") + "plain_" + files +
           "=$(" + lines_of(files) + " | grep -avxFf <(printf '%s\\n' \"$" + latin + "\"))\nfi\n";
  }

  /// The found lines, marked. Latin-1 is looked at as such; what is neither that nor UTF-8, as
  /// both.
  std::string found(const std::string& files, char found, char again) const {
    auto out = lines_of("plain_" + files) + search("") + mark(found) + "; ";
    if (!wanted_.any_encoding)
      return out;
    return out + "[ -n \"$others_" + files + "\" ] && { " +
           lines_of((wanted_.inverted ? "latin_" : "others_") + files) +
           search(" --encoding=latin1") + mark(again) + "; }; ";
  }

private:
  static std::string pick(const std::string& from, const std::string& to, const char* option) {
    return to + "=$(" + lines_of(from) + to_names + " | xargs -0 -r " + plain_ripgrep + " -0 " +
           option + " -- 2>/dev/null" + swap_ends + to_variable + ")\n";
  }

  std::string search(const char* more) const {
    return std::string(to_names) + " | xargs -0 -r " + plain_ripgrep + more + " " +
           shell_line(wanted_.options) + " --regexp=\"$pattern\" -- 2>&3";
  }

  const line_search& wanted_;
};

} // namespace

std::string glob_script(const file_choice& files, const output_page& page) {
  file_listing listing(files, "r=modified");
  auto out = check({}) + listing.set_up() + listing.find_links();
  out += "all=$( { { " + listing.chosen("&3") + lines +
         "; printf '%s\\n' \"$links\" | sed -n 's/^f\\t[^\\t]*\\t//p'" + listing.fitting() + "; }" +
         paging(page) + mark(said::found) + "; } 3>&1 2>/dev/null )\n";
  out += tell_links("printf '%s\\n' \"$links\" | grep -av '^f'");
  out += if_nothing + number("ignored", listing.with_ignored()) +
         number("beneath", listing.list(nobody) + listing.beneath()) + "esac\n";
  return out + show + "exit 0\n";
}

std::string grep_script(const file_choice& files, const line_search& wanted,
                        const output_page& page) {
  file_listing listing(files, "=path");
  auto options = wanted.options;
  if (!files.type.empty())
    options.push_back("--type=" + files.type);
  looking look(wanted);
  auto out = check(options) + listing.set_up() + listing.find_links();
  out += list_all(listing);
  auto first = look.found("free", said::found, said::again);
  auto second = look.found("open", said::guarded_found, said::guarded_again);
  out += "free=$(" + lines_of("all_files") + listing.free() + ")\n" + look.sort_out("free");
  if (!files.guarded.empty()) {
    auto most = " | head -n " + std::to_string(proto::limits::guarded_files);
    out += "closed=$(" + lines_of("all_files") + listing.guarded() + ")\n" + "open=$(" +
           lines_of("closed") + listing.open() + most + ")\n" + look.sort_out("open") +
           "closed=$(" + lines_of("closed") + lines + ")\n" +
           number("guarded", lines_of("closed")) +
           (files.open.empty() ? "" : number("open", lines_of("open")));
  }
  out += "all=$( { { " + first + (files.guarded.empty() ? "" : second) + "}" + paging(page) +
         "; } 3>&1 2>/dev/null )\nall=$bad$end$all\n";
  out += show_latin() + tell_links("printf '%s\\n' \"$links\"");
  out += if_nothing + number("searched", lines_of("all_files")) +
         number("ignored", listing.with_ignored()) + "esac\n";
  return out + show + (files.guarded.empty() ? "" : tell_guarded()) + "exit 0\n";
}

} // namespace kodad::actors
