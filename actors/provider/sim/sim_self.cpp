#include "actors/provider/sim/sim_self.hpp"

#include "actors/provider/sim/sim_intent.hpp"
#include "actors/provider/sim/sim_strict.hpp"
#include "proto/limits/sim.hpp"

#include <algorithm>

namespace kodad::actors {

namespace {

constexpr std::string_view abilities =
    "What I do when I am asked in plain English, in the first line of a message, I really do with "
    "the agent's tools: explain a function or a file, list, find and count, run the tests or a "
    "command, create, rename and delete files, replace text and append lines, add a smoke test, "
    "show what git says, and commit. What I do step by step can be scripted: put a fenced block "
    "marked `sim` into the message that holds, for example, "
    "`{\"steps\": [{\"tool\": \"bash\", \"input\": {\"command\": \"ls\"}}, {\"text\": "
    "\"Done.\"}]}`. "
    "For a real model name a provider in the configuration (`~/.config/kodad/config.yaml`, or "
    "`--config FILE`), for example `providers: [{id: anthropic, api_key: "
    "\"${ANTHROPIC_API_KEY}\"}]` "
    "and `default_model: anthropic/claude-sonnet-4-5`, and start kodad again.";

constexpr std::string_view questions =
    "what what's whats how why where which who whose when is are does do did was were has have "
    "can could should explain describe summarize summarise tell show read look see view understand "
    "overview walk analyze analyse inspect examine find search grep locate list ls tree cat open "
    "display give";

/// Of what every English question or sentence has some, and hardly another language.
constexpr std::string_view english =
    "the what how why where which does is are this that of explain tell about summarize summarise "
    "describe there show";

/// The first sentence, cut into words, politeness left out.
struct opening {
  explicit opening(std::string_view prompt)
      : line(divide(prompt).request.substr(0, proto::limits::sim_request_bytes)) {
    words = split_line(line);
    first = skip_politeness(line, words, 0);
  }

  sim_clause clause() const { return sim_clause(line, words).part(first, words.size()); }

  std::string_view line;
  sim_words words;
  size_t first = 0;
};

bool has_foreign_letters(std::string_view line) {
  return std::any_of(line.begin(), line.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0xc3; });
}

/// A question that a look at the README does not answer: one that is turned around, or that wants
/// something to be done.
bool is_unanswerable(const sim_clause& clause, size_t politeness) {
  if (is_one_of(clause.lower(0), "can could should would") && politeness == 0)
    return true;
  for (size_t i = 0; i < clause.size(); ++i)
    if (is_reservation(clause.lower(i)))
      return true;
  return is_one_of(clause.lower(0), "find search grep locate open give");
}

} // namespace

bool asks_about_itself(std::string_view prompt) {
  opening said(prompt);
  auto clause = said.clause();
  auto first = clause.lower(0);
  if (clause.size() == 0 || clause.size() > 14)
    return false;
  if (first == "help")
    return clause.size() <= 2;
  // "can you" was taken for politeness; what is left tells.
  bool had_can_you = said.first >= 2 && is_one_of(said.words[0].lower, "can could will would");
  if (had_can_you && is_one_of(first, "help do"))
    return clause.size() <= 3;
  bool to_you = clause.holds("you yourself your sim sim/koda kodad");
  if (is_one_of(first, "who what") && is_one_of(clause.lower(1), "are is") && to_you)
    return clause.size() <= 6 && !clause.holds("doing");
  if (first == "what" && is_one_of(clause.lower(1), "can do") && clause.lower(2) == "you")
    return clause.holds("do can") && clause.size() <= 5;
  if (first == "are" && clause.lower(1) == "you")
    return true;
  if (is_one_of(first, "introduce describe tell") && clause.holds("yourself"))
    return true;
  bool of_model = clause.holds("model llm ai provider key api-key script simulation scripted");
  bool asks_how = is_one_of(first, "how which what where") &&
                  (to_you || clause.holds("real configure set use connect add get i"));
  return of_model && asks_how && !clause.find_path(0);
}

bool asks_to_look(std::string_view prompt) {
  opening said(prompt);
  auto clause = said.clause();
  if (clause.size() == 0)
    return prompt.find_first_not_of(" \t\r\n") == std::string_view::npos;
  // A name or a path alone.
  bool is_bare = clause.size() <= 2 && (clause[0].is_quoted || looks_like_path(clause[0].text) ||
                                        clause[0].text.find("::") != std::string_view::npos ||
                                        clause[0].text.find('_') != std::string_view::npos);
  if (is_bare && !has_foreign_letters(said.line))
    return true;
  bool is_english = clause.holds(english) || clause.size() <= 3;
  // "Could you optimise it?" is a request, whatever its mark.
  bool asks = is_one_of(clause.lower(0), questions) ||
              (said.first == 0 && said.line.find('?') != said.line.npos);
  if (is_one_of(clause.lower(0), "give open display see view cat read look"))
    asks = asks && (clause.find_path(1) || clause.holds("overview summary explanation project"));
  if (is_unanswerable(clause, said.first) && read_intent(prompt).what == sim_intent::kind::overview)
    return false;
  return asks && is_english && !(has_foreign_letters(said.line) && !clause.holds("the what is"));
}

std::string tell_of_itself() {
  return "I am `sim/koda`, the simulation that is built into kodad: no language model, no key, no "
         "cost, the same answer every time. " +
         std::string(abilities) + "\n\n";
}

std::string tell_what_is_beyond() {
  return "I cannot do that, and I have done nothing: I am `sim/koda`, a simulation and not a "
         "language model, so I understand, invent and translate nothing. " +
         std::string(abilities) + "\n\n";
}

} // namespace kodad::actors
