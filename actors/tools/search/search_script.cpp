#include "actors/tools/search/search_script.hpp"

#include "actors/tools/argument_values.hpp"
#include "proto/limits/search.hpp"
#include "proto/text/shell_word.hpp"

namespace kodad::actors {

namespace {

// In each script: the pattern is $1, complaints of ripgrep go to descriptor 3. Paths come a line
// each, with a NUL for a line break of their own: in lines that end in NUL ripgrep takes "$" for
// something else. Everything is one pipe of programs, without functions: each would be a process.
constexpr const char* plain_options = "rg --no-config --color=never";
constexpr const char* swap = " | tr '\\n\\0' '\\0\\n'";
constexpr const char* count = " | wc -l";
constexpr const char* lines = " | tr '\\0' '?'"; // Of names with line breaks one line each.

/// Sets an array of ripgrep's options for these regular expressions.
std::string array(const std::string& name, const std::vector<std::string>& regexes) {
  std::string out;
  for (const auto& regex : regexes)
    out += " " + proto::text::shell_word("--regexp=" + regex);
  return name + "=(" + out + " )\n";
}

/// Lets through what fits an array, or what does not; all for an empty one.
std::string filter(const std::string& name, const std::vector<std::string>& regexes,
                   const char* option = "") {
  if (regexes.empty())
    return "";
  return std::string(" | ") + plain_options + " --text" + option + " \"${" + name + "[@]}\" -";
}

std::string mark(char sign) {
  return std::string(" | sed -u 's/^/") + sign + "/'";
}

/// Pipes that choose files.
class choosing {
public:
  choosing(const file_choice& files, std::string order) : files_(files), order_(std::move(order)) {
    if (!files.guarded.empty())
      guards_.push_back(files.guarded);
  }

  std::string arrays() const {
    return array("fit", files_.fit) + array("unfit", files_.unfit) +
           array("beneath", files_.beneath) + array("guards", guards_);
  }

  std::string list(const char* complaints, const char* more = "") const {
    auto out = std::string(plain_options) + " --hidden --files --null --no-require-git";
    // What stands above the workspace is none of its business.
    out += files_.place == "." ? " --no-ignore-parent" : "";
    out += files_.ignored ? " --no-ignore" : "";
    out += files_.type.empty() ? "" : " " + proto::text::shell_word("--type=" + files_.type);
    out += " --sort" + order_ + more + " '--glob=!.git'";
    out += files_.place == "." ? "" : " -- " + proto::text::shell_word(files_.place);
    return out + " 2>" + complaints + swap;
  }

  std::string chosen(const char* complaints, const char* more = "") const {
    return list(complaints, more) + filter("fit", files_.fit) +
           filter("unfit", files_.unfit, " -v");
  }

  std::string beneath() const {
    return files_.beneath.empty() ? " | false" : filter("beneath", files_.beneath);
  }
  std::string free() const { return filter("guards", guards_, " -v"); }
  std::string guarded() const { return filter("guards", guards_); }

private:
  const file_choice& files_;
  std::string order_;
  std::vector<std::string> guards_;
};

/// Says what of the pattern or the options ripgrep does not understand.
std::string check(const std::vector<std::string>& options) {
  return "export LC_ALL=C\ncommand -v rg >/dev/null || exit 127\npattern=$1\nbad=$(" +
         std::string(plain_options) + " " + shell_line(options) +
         " --regexp=\"$pattern\" -- /dev/null 2>&1)\n"
         "[ $? = 2 ] && { printf '%s\\n' \"$bad\"; exit 2; }\n";
}

std::string paging(const output_page& page) {
  auto skipped = page.offset == 0 ? "" : " | tail -n +" + std::to_string(page.offset + 1);
  return skipped + " | head -n " + std::to_string(page.limit + 1);
}

/// Complaints first, so that they are never cut off.
constexpr const char* show = "printf '%s\\n' \"$all\" | grep -av '^[=~+]' | head -n 20\n"
                             "printf '%s\\n' \"$all\" | grep -a '^[=~+]'\n"
                             "exit 0\n";

std::string number(const std::string& name, const std::string& pipe) {
  return "echo \"#" + name + " $(" + pipe + count + ")\"\n";
}

constexpr const char* nobody = "/dev/null";
constexpr const char* if_nothing = "case $'\\n'\"$all\" in *$'\\n='*) ;; *)\n";

} // namespace

std::string glob_script(const file_choice& files, const output_page& page) {
  choosing choose(files, "r=modified");
  auto out = check({}) + choose.arrays();
  out += "all=$( { " + choose.chosen("&3") + lines + paging(page) + mark(said::found) +
         "; } 3>&1 2>/dev/null )\n";
  out += if_nothing + number("ignored", choose.chosen(nobody, " --no-ignore")) +
         number("beneath", choose.list(nobody) + choose.beneath()) + "esac\n";
  return out + show;
}

std::string grep_script(const file_choice& files, const line_search& wanted,
                        const output_page& page) {
  choosing choose(files, "=path");
  auto options = wanted.options;
  if (!files.type.empty())
    options.push_back("--type=" + files.type);
  auto search = [&](const std::string& more) {
    return std::string(swap) + " | xargs -0 -r " + plain_options + more + " " +
           shell_line(wanted.options) + " --regexp=\"$pattern\" -- 2>&3";
  };
  // What is no UTF-8 has lines that not even everything fits.
  auto others = std::string(swap) + " | xargs -0 -r " + plain_options +
                " -0 --files-with-matches -v -e '^.*$' --" + swap;
  auto both = [&](const std::string& which) {
    auto again = "; " + choose.chosen(nobody) + which + others + search(" --encoding=latin1");
    return "{ " + choose.chosen("&3") + which + search("") + (wanted.any_encoding ? again : "") +
           "; }";
  };
  auto out = check(options) + choose.arrays();
  out += "all=$( { " + both(choose.free()) + paging(page) + mark(said::found) +
         "; } 3>&1 2>/dev/null )\n";
  if (!files.guarded.empty()) {
    auto most = " | head -n " + std::to_string(proto::limits::guarded_files);
    out += "closed=$(" + choose.chosen(nobody) + choose.guarded() + lines + ")\n" +
           "if [ -n \"$closed\" ]; then\n" + number("guarded", "printf '%s\\n' \"$closed\"") +
           "all=$all$'\\n'$(printf '%s\\n' \"$closed\"" + most + mark(said::guarded) +
           ")$'\\n'$( { " + both(choose.guarded() + most) + paging({0, page.offset + page.limit}) +
           mark(said::guarded_found) + "; } 3>/dev/null 2>/dev/null )\nfi\n";
  }
  out += if_nothing + number("searched", choose.chosen(nobody)) +
         number("ignored", choose.chosen(nobody, " --no-ignore")) + "esac\n";
  return out + show;
}

} // namespace kodad::actors
