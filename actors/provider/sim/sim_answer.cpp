#include "actors/provider/sim/sim_answer.hpp"

#include "actors/provider/sim/sim_source.hpp"

#include <algorithm>

namespace kodad::actors {

const std::string_view disclaimer =
    "*This is sim/koda, a simulation: no language model wrote this. It put together what the tools "
    "found.*";

namespace {

constexpr size_t quoted_lines_max = 12;

std::string code(std::string_view text) {
  std::string out(1, '`');
  out += text;
  out += '`';
  return out;
}

std::string join(const std::vector<std::string>& items, size_t items_max) {
  std::string out;
  for (size_t i = 0; i < std::min(items.size(), items_max); ++i)
    out += (i == 0 ? "" : ", ") + code(items[i]);
  if (items.size() > items_max)
    out += " and " + std::to_string(items.size() - items_max) + " more";
  return out;
}

std::string counted(size_t n, const std::string& one, const std::string& many) {
  return n == 0 ? "no " + many : std::to_string(n) + " " + (n == 1 ? one : many);
}

std::string fence(const sim_knowledge& known, size_t first, size_t last) {
  std::string out = "```" + file_ending(known.path) + "\n";
  for (size_t i = first; i <= last; ++i)
    out += known.lines[i].text + "\n";
  return out + "```\n\n";
}

std::string other_places(const sim_knowledge& known) {
  std::vector<std::string> places;
  for (const auto& hit : known.hits)
    if (hit.path != known.path || hit.line != known.at_line)
      places.push_back(hit.path + ":" + std::to_string(hit.line));
  if (places.empty())
    return {};
  return "The search found " + counted(places.size(), "other place", "other places") + ": " +
         join(places, 8) + ".\n\n";
}

std::string tell_landmarks(const sim_knowledge& known, const sim_definition& found) {
  if (found.landmarks.empty())
    return {};
  std::string out = "What shapes it, line by line:\n\n";
  for (size_t i = 0; i < std::min(found.landmarks.size(), quoted_lines_max); ++i) {
    const auto& line = known.lines[found.landmarks[i]];
    out += "- line " + std::to_string(line.number) + ": " + code(trimmed(line.text)) + "\n";
  }
  if (found.landmarks.size() > quoted_lines_max)
    out += "- and " + std::to_string(found.landmarks.size() - quoted_lines_max) + " more\n";
  return out + "\n";
}

std::string tell_place(const sim_knowledge& known, const sim_definition& found) {
  auto first = std::to_string(known.lines[found.first].number);
  auto last = std::to_string(known.lines[found.last].number);
  auto name = known.intent.names.empty() ? "It" : code(known.intent.names.front());
  for (const auto& asked : known.intent.names)
    if (known.lines[found.first].text.find(asked) != std::string::npos)
      name = code(asked);
  auto out = name + " is in " + code(known.path) + ", ";
  out += first == last ? "line " + first : "lines " + first + " to " + last;
  // Whether it goes on is known only where the reading stopped before the file did.
  bool goes_on = !found.is_whole && known.is_cut;
  return out + (goes_on ? " and further on (I read no more than that).\n\n" : ".\n\n");
}

std::string explain_definition(const sim_knowledge& known, size_t at) {
  auto found = study(known.lines, at, known.path);
  auto out = tell_place(known, found);
  out += fence(known, found.first, std::min(found.last, found.first + 7));
  if (!found.comment.empty()) {
    out += "The comment above it says:\n\n";
    for (const auto& line : found.comment)
      out += "> " + line + "\n";
    out += "\n";
  }
  out += "It has " + counted(found.branches, "branch", "branches") + ", " +
         counted(found.loops, "loop", "loops") + " and " +
         counted(found.returns, "return", "returns") + ".";
  if (!found.calls.empty())
    out += " It calls, in this order: " + join(found.calls, 15) + ".";
  out += "\n\n" + tell_landmarks(known, found);
  if (!found.includes.empty())
    out += "The file includes " + join(found.includes, 12) + ".\n\n";
  return out + other_places(known);
}

/// A text for people: in any other file "# words" is a comment.
bool is_document(const std::string& path) {
  auto ending = file_ending(path);
  auto name = file_name(path);
  if (ending == "md" || ending == "markdown" || ending == "rst" || ending == "adoc")
    return true;
  if (ending == "txt")
    return name != "CMakeLists.txt" && !name.starts_with("requirements");
  for (std::string_view known : {"README", "LICENSE", "CHANGELOG", "NOTICE", "AUTHORS", "COPYING",
                                 "CONTRIBUTING", "INSTALL"})
    if (name == known)
      return true;
  return false;
}

/// The headings of a text in Markdown; what is fenced has none.
std::vector<std::string> headings_of(const std::vector<sim_line>& lines) {
  std::vector<std::string> out;
  bool fenced = false;
  for (const auto& line : lines) {
    auto text = trimmed(line.text);
    bool is_fence = text.starts_with("```") || text.starts_with("~~~");
    fenced = fenced != is_fence;
    auto level = std::min(text.find_first_not_of('#'), text.size());
    if (fenced || level == 0 || level > 3 || level == text.size() || text[level] != ' ')
      continue;
    out.emplace_back(trimmed(text.substr(level)));
  }
  return out;
}

/// Lines that belong together, as one text; headings and code are left out.
std::vector<std::string> paragraphs_of(const std::vector<sim_line>& lines) {
  std::vector<std::string> out;
  std::string text;
  bool fenced = false;
  for (size_t i = 0; i <= lines.size(); ++i) {
    auto line = i < lines.size() ? trimmed(lines[i].text) : std::string_view();
    bool is_fence = line.starts_with("```") || line.starts_with("~~~");
    fenced = fenced != is_fence;
    bool belongs = !line.empty() && !fenced && !is_fence && !line.starts_with('#') &&
                   !line.starts_with("![") && !line.starts_with('<') && !line.starts_with("[!");
    if (belongs)
      text += (text.empty() ? "" : " ") + std::string(line);
    else if (!text.empty())
      out.push_back(std::exchange(text, {}));
  }
  return out;
}

/// The paragraph that shares the most words with the prompt; nothing when none does.
std::optional<size_t> closest(const std::vector<std::string>& paragraphs,
                              const std::string& prompt) {
  auto asked = words_of(prompt, 4);
  std::optional<size_t> best;
  size_t best_shared = 0;
  for (size_t i = 0; i < paragraphs.size(); ++i) {
    auto words = words_of(paragraphs[i], 4);
    auto shared = static_cast<size_t>(
        std::count_if(asked.begin(), asked.end(), [&words](const std::string& word) {
          return std::find(words.begin(), words.end(), word) != words.end();
        }));
    if (shared <= best_shared)
      continue;
    best = i;
    best_shared = shared;
  }
  return best;
}

/// Is the question about the project, and not about some thing in it?
bool asks_of_whole(const std::string& prompt) {
  auto words = words_of(prompt, 1);
  constexpr std::string_view wholes[] = {
      "project",  "repo",        "repository", "code",    "codebase", "program",
      "app",      "application", "this",       "it",      "all",      "everything",
      "overview", "readme",      "workspace",  "summary", "here"};
  return words.size() <= 2 || std::any_of(std::begin(wholes), std::end(wholes), [&](auto whole) {
           return std::find(words.begin(), words.end(), whole) != words.end();
         });
}

std::string explain_document(const sim_knowledge& known) {
  auto out = "I read " + code(known.path) + ", " + counted(known.lines.size(), "line", "lines") +
             " of it.\n\n";
  auto paragraphs = paragraphs_of(known.lines);
  bool is_other = known.intent.what == sim_intent::kind::overview && !asks_of_whole(known.prompt);
  if (is_other && !closest(paragraphs, known.prompt))
    return out + "No passage of it shares a word with yours, and I know no more than the files "
                 "say, so that I cannot answer this.\n\n";
  if (!paragraphs.empty())
    out += "It begins:\n\n> " + paragraphs.front() + "\n\n";
  if (auto best = closest(paragraphs, known.prompt); best && *best > 0)
    out += "The passage closest to your words:\n\n> " + paragraphs[*best] + "\n\n";
  else if (!best && known.intent.what == sim_intent::kind::overview)
    out += "No passage of it shares a word with yours, and I know no more than the files say.\n\n";
  auto headings = headings_of(known.lines);
  if (!headings.empty())
    out += "Its headings: " + join(headings, 20) + ".\n\n";
  return out;
}

std::string explain_file(const sim_knowledge& known) {
  if (is_document(known.path))
    return explain_document(known);
  auto out = "I read " + code(known.path) + ", lines " +
             std::to_string(known.lines.front().number) + " to " +
             std::to_string(known.lines.back().number) + ".\n\n";
  if (auto includes = find_includes(known.lines); !includes.empty())
    out += "It includes " + join(includes, 12) + ".\n\n";
  auto outline = find_outline(known.lines);
  if (!outline.empty())
    out += "What it declares at the top level:\n\n";
  for (size_t i = 0; i < std::min(outline.size(), size_t{20}); ++i) {
    const auto& line = known.lines[outline[i]];
    out += "- line " + std::to_string(line.number) + ": " + code(trimmed(line.text)) + "\n";
  }
  if (outline.empty())
    out += "It begins:\n\n" + fence(known, 0, std::min<size_t>(known.lines.size() - 1, 9));
  return out + "\n";
}

std::string tell_paths(const sim_knowledge& known) {
  std::string out = "The search found " + counted(known.paths.size(), "file", "files") + ":\n\n";
  for (size_t i = 0; i < std::min(known.paths.size(), size_t{40}); ++i)
    out += "- " + code(known.paths[i]) + "\n";
  if (known.paths.size() > 40)
    out += "- and " + std::to_string(known.paths.size() - 40) + " more\n";
  return out + "\n";
}

std::string tell_nothing(const sim_knowledge& known) {
  if (!known.intent.names.empty())
    return "I found nothing to explain for " + join(known.intent.names, 3) + ".\n\n";
  if (!known.intent.path.empty())
    return "I could not read " + code(known.intent.path) + ".\n\n";
  return "I found nothing that would answer this.\n\n";
}

std::optional<size_t> index_of(const std::vector<sim_line>& lines, int64_t number) {
  for (size_t i = 0; i < lines.size(); ++i)
    if (lines[i].number == number)
      return i;
  return std::nullopt;
}

std::string body(const sim_knowledge& known) {
  if (known.intent.what == sim_intent::kind::greeting)
    return "Hello! Ask me about the code in this workspace, for example: *Explain the main "
           "function.* A fenced block marked `sim` scripts what I do.\n\n";
  if (!known.lines.empty()) {
    auto at = known.at_line ? index_of(known.lines, *known.at_line) : std::nullopt;
    return at ? explain_definition(known, *at) : explain_file(known);
  }
  if (!known.path.empty())
    return code(known.path) + " is empty.\n\n";
  if (!known.hits.empty())
    return tell_nothing(known) + other_places(known);
  return known.paths.empty() ? tell_nothing(known) : tell_paths(known);
}

} // namespace

std::string compose_answer(const sim_knowledge& known) {
  auto out = body(known);
  for (const auto& sentence : known.failed)
    out += sentence + "\n\n";
  return out + std::string(disclaimer);
}

std::string compose_reasoning(const sim_knowledge& known) {
  if (known.intent.what == sim_intent::kind::greeting)
    return {};
  if (known.lines.empty())
    return "Nothing was read, so the answer can only say what the search found.";
  auto out = "I have " + counted(known.lines.size(), "line", "lines") + " of " + known.path;
  if (known.at_line)
    out += "; line " + std::to_string(*known.at_line) + " is the one to explain";
  return out + ". Now I put together what stands there.";
}

} // namespace kodad::actors
