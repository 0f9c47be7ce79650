#include "actors/tools/search/search_script.hpp"

#include "actors/tools/argument_values.hpp"
#include "proto/limits/search.hpp"

namespace kodad::actors {

namespace {

// In each script: the pattern is $1, complaints of ripgrep go to descriptor 3. Paths come a line
// each, with a NUL for a line break of their own: in lines that end in NUL ripgrep takes "$" for
// something else.
constexpr const char* plain_options = "rg --no-config --color=never";

/// Lets lines through, after " | "; empty for all.
std::string filter(const std::vector<std::string>& regexes, const char* option) {
  if (regexes.empty())
    return "";
  std::string out = " | " + std::string(plain_options) + " --text" + option;
  for (const auto& regex : regexes)
    out += " " + shell_word("--regexp=" + regex);
  return out + " -";
}

std::string function(const std::string& name, const std::string& body) {
  return name + "() { " + body + "; }\n";
}

/// The functions that choose files.
std::string choosing(const file_choice& files, const char* order) {
  std::string list = std::string(plain_options) + " --hidden --files --null --no-require-git";
  // What stands above the workspace is none of its business.
  list += files.place == "." ? " --no-ignore-parent" : "";
  list += files.ignored ? " --no-ignore" : "";
  list += files.type.empty() ? "" : " " + shell_word("--type=" + files.type);
  list += std::string(" --sort") + order + " \"$@\" '--glob=!.git'";
  list += files.place == "." ? "" : " -- " + shell_word(files.place);
  std::vector<std::string> guards;
  if (!files.guarded.empty())
    guards.push_back(files.guarded);
  auto beneath = files.beneath.empty() ? " | false" : filter(files.beneath, "");
  return function("swap", "tr '\\n\\0' '\\0\\n'") + function("list", list + " 2>&3 | swap") +
         function("pick", "cat" + filter(files.fit, "") + filter(files.unfit, " -v")) +
         function("beneath", "cat" + beneath) + function("free", "cat" + filter(guards, " -v")) +
         function("guarded", "cat" + filter(guards, "")) + function("count", "wc -l") +
         // Of names with line breaks one line each.
         function("lines", "tr '\\0' '?'") + function("mark", "sed -u \"s/^/$1/\"");
}

/// Says what of the pattern or the options ripgrep does not understand.
std::string check(const std::vector<std::string>& options) {
  return "export LC_ALL=C\ncommand -v rg >/dev/null || exit 127\npattern=$1\nbad=$(" +
         std::string(plain_options) + " " + shell_line(options) +
         " --regexp=\"$pattern\" -- /dev/null 2>&1)\n"
         "[ $? = 2 ] && { printf '%s\\n' \"$bad\"; exit 2; }\n";
}

std::string paging(const output_page& page) {
  return "tail -n +" + std::to_string(page.offset + 1) + " | head -n " +
         std::to_string(page.limit + 1);
}

/// Complaints first, so that they are never cut off.
constexpr const char* show = "printf '%s\\n' \"$all\" | grep -av '^[=~+]' | head -n 20\n"
                             "printf '%s\\n' \"$all\" | grep -a '^[=~+]'\n"
                             "exit 0\n";

constexpr const char* all_ignored =
    "echo \"#ignored $(list --no-ignore 3>/dev/null | pick 2>/dev/null | count)\"\n";

} // namespace

std::string glob_script(const file_choice& files, const output_page& page) {
  auto out = check({}) + choosing(files, "r=modified");
  out += "all=$( { list | pick | lines | " + paging(page) + " | mark =; } 3>&1 2>/dev/null )\n";
  out += "case $'\\n'\"$all\" in *$'\\n='*) ;; *)\n";
  out += all_ignored;
  out += "echo \"#beneath $(list 3>/dev/null | beneath 2>/dev/null | count)\"\nesac\n";
  return out + show;
}

std::string grep_script(const file_choice& files, const line_search& lines,
                        const output_page& page) {
  auto options = lines.options;
  if (!files.type.empty())
    options.push_back("--type=" + files.type);
  auto out = check(options) + choosing(files, "=path");
  out += function("search", std::string("swap | xargs -0 -r ") + plain_options + " " + "\"$@\" " +
                                shell_line(lines.options) + " --regexp=\"$pattern\" -- 2>&3");
  // What is no UTF-8 has lines that not even everything fits.
  out += function("others", std::string("swap | xargs -0 -r ") + plain_options +
                                " -0 --files-with-matches -v -e '^.*$' -- | swap");
  std::string again = lines.any_encoding
                          ? "; list 3>/dev/null | pick | %s | others | search --encoding=latin1"
                          : "";
  auto both = [&again](const std::string& which) {
    auto second = again;
    if (auto place = second.find("%s"); place != second.npos)
      second.replace(place, 2, which);
    return "{ list | pick | " + which + " | search" + second + "; }";
  };
  out += "all=$( { " + both("free") + " | " + paging(page) + " | mark =; } 3>&1 2>/dev/null )\n";
  if (!files.guarded.empty()) {
    auto most = std::to_string(proto::limits::guarded_files);
    out += "closed=$(list 3>/dev/null | pick 2>/dev/null | guarded 2>/dev/null | lines)\n"
           "if [ -n \"$closed\" ]; then\n"
           "echo \"#guarded $(printf '%s\\n' \"$closed\" | count)\"\n"
           "all=$all$'\\n'$(printf '%s\\n' \"$closed\" | head -n " +
           most + " | mark +)$'\\n'$( { " + both("guarded | head -n " + most) + " | " +
           paging({0, page.offset + page.limit}) + " | mark '~'; } 3>/dev/null 2>/dev/null )\nfi\n";
  }
  out += "case $'\\n'\"$all\" in *$'\\n='*) ;; *)\n";
  out += "echo \"#searched $(list 3>/dev/null | pick 2>/dev/null | count)\"\n";
  out += all_ignored;
  return out + "esac\n" + show;
}

} // namespace kodad::actors
