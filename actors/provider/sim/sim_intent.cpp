#include "actors/provider/sim/sim_intent.hpp"

#include "proto/text/ascii.hpp"

#include <algorithm>
#include <array>

namespace kodad::actors {

namespace {

constexpr size_t names_max = 3;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool holds(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

template <size_t N>
bool holds_any(const std::vector<std::string>& words,
               const std::array<std::string_view, N>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(),
                     [&words](std::string_view word) { return holds(words, word); });
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 100 && !(text[0] >= '0' && text[0] <= '9') &&
         std::all_of(text.begin(), text.end(), is_letter);
}

/// src/main.cpp, README.md, ./a/b: a slash inside, or a dot with a short ending.
bool is_path(std::string_view text) {
  if (text.size() < 3 || text.size() > 200 || text.find("://") != std::string_view::npos)
    return false;
  auto fits = [](char c) { return is_letter(c) || c == '/' || c == '.' || c == '-'; };
  if (!std::all_of(text.begin(), text.end(), fits))
    return false;
  auto dot = text.rfind('.');
  auto ending = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  if (dot == 0) // .env, .gitignore
    return is_name(ending);
  return !ending.empty() && ending.size() <= 5 && is_name(ending);
}

/// Does a bare word look like a name of the code? `first` words of a prompt are often capitalised.
bool looks_like_code(std::string_view word, bool first) {
  if (!is_name(word) || word.size() < 3)
    return false;
  if (word.find('_') != std::string_view::npos)
    return true;
  bool inner = std::any_of(word.begin() + 1, word.end(), is_upper);
  bool shouted = std::all_of(word.begin(), word.end(), is_upper);
  return (inner && !shouted) || (is_upper(word[0]) && !first && !shouted);
}

void add_name(std::vector<std::string>& names, std::string_view name) {
  // ns::name and object.name: the last part is what is declared somewhere.
  if (auto cut = name.find_last_of(":."); cut != std::string_view::npos)
    name.remove_prefix(cut + 1);
  if (is_name(name) && names.size() < names_max && !holds(names, name))
    names.emplace_back(name);
}

struct token {
  std::string_view text;
  bool quoted = false;
  bool called = false; ///< Followed by "()".
  bool first = false;  ///< Begins a sentence.
};

std::vector<token> cut_tokens(std::string_view prompt) {
  std::vector<token> out;
  bool first = true;
  for (size_t at = 0; at < prompt.size();) {
    char c = prompt[at];
    auto close = c == '`' || c == '"' ? prompt.find(c, at + 1) : std::string_view::npos;
    if (close != std::string_view::npos && close - at <= 100) {
      auto inside = prompt.substr(at + 1, close - at - 1);
      bool called = inside.ends_with("()");
      out.push_back({called ? inside.substr(0, inside.size() - 2) : inside, true, called, first});
      at = close + 1;
      first = false;
      continue;
    }
    // A dot begins a name where no word stands before it.
    bool is_dotted = c == '.' && at + 1 < prompt.size() && is_letter(prompt[at + 1]) &&
                     (at == 0 || prompt[at - 1] == ' ');
    if (!is_letter(c) && !is_dotted) {
      first = first || c == '.' || c == '!' || c == '?' || c == '\n';
      ++at;
      continue;
    }
    auto end = at;
    while (end < prompt.size() && (is_letter(prompt[end]) || prompt[end] == '/' ||
                                   prompt[end] == '.' || prompt[end] == ':' || prompt[end] == '-'))
      ++end;
    auto word = prompt.substr(at, end - at);
    bool ends_sentence = word.back() == '.';
    while (!is_letter(word.back()))
      word.remove_suffix(1);
    out.push_back({word, false, prompt.substr(at + word.size()).starts_with("()"), first});
    first = ends_sentence;
    at = end;
  }
  return out;
}

bool is_greeting(const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 9> greetings{"hi",  "hello", "hey",     "thanks", "thank",
                                                      "bye", "hallo", "morning", "ping"};
  return words.size() <= 4 && holds_any(words, greetings);
}

bool wants_entry_point(const std::vector<std::string>& words) {
  bool main_function = holds(words, "main") &&
                       (holds(words, "function") || holds(words, "program") ||
                        holds(words, "method") || holds(words, "routine") || words.size() <= 4);
  bool entry = holds(words, "entry") && (holds(words, "point") || holds(words, "points"));
  return main_function || entry || holds(words, "entrypoint");
}

/// "the total function", "function total": a plain word that is a name by what stands beside it.
void add_name_beside_noun(std::vector<std::string>& names, const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 3> nouns{"function", "method", "class"};
  constexpr std::array<std::string_view, 4> articles{"the", "a", "this", "my"};
  for (size_t i = 2; i < words.size(); ++i) {
    bool is_noun = std::find(nouns.begin(), nouns.end(), words[i]) != nouns.end();
    if (!is_noun)
      continue;
    // Only with its article is it certain: "the total function".
    bool is_named = words[i - 2] == "the" &&
                    std::find(articles.begin(), articles.end(), words[i - 1]) == articles.end();
    if (is_named)
      return add_name(names, words[i - 1]);
  }
}

/// "Explain add": one word, which is no word for the whole.
void add_name_alone(std::vector<std::string>& names, const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 4> asks{"explain", "describe", "summarize", "summarise"};
  constexpr std::array<std::string_view, 16> wholes{
      "this", "it",   "that",     "everything", "all", "project", "code",     "main",
      "repo", "them", "codebase", "repository", "me",  "you",     "yourself", "readme"};
  bool is_asked = words.size() == 2 && std::find(asks.begin(), asks.end(), words[0]) != asks.end();
  if (is_asked && std::find(wholes.begin(), wholes.end(), words[1]) == wholes.end())
    add_name(names, words[1]);
}

bool wants_list(const std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 4> asks{"list", "which", "what", "show"};
  if (words.size() <= 2 && !words.empty() && (words[0] == "ls" || words[0] == "tree"))
    return true;
  return (holds(words, "files") || holds(words, "folders")) && holds_any(words, asks);
}

} // namespace

std::vector<std::string> words_of(std::string_view text, size_t length_min) {
  std::vector<std::string> out;
  std::string word;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && is_letter(text[i])) {
      word += proto::text::to_lower(text[i]);
      continue;
    }
    if (word.size() >= length_min && !word.empty())
      out.push_back(word);
    word.clear();
  }
  return out;
}

sim_intent read_intent(std::string_view prompt) {
  sim_intent out;
  auto words = words_of(prompt, 1);
  for (const auto& piece : cut_tokens(prompt)) {
    if (is_path(piece.text) && !piece.called && out.path.empty())
      out.path = piece.text;
    else if (piece.quoted || piece.called || looks_like_code(piece.text, piece.first))
      add_name(out.names, piece.text);
    else if (piece.text.find("::") != std::string_view::npos)
      add_name(out.names, piece.text);
  }
  if (out.names.empty() && out.path.empty())
    add_name_beside_noun(out.names, words);
  if (out.names.empty() && out.path.empty())
    add_name_alone(out.names, words);
  if (out.names.empty() && out.path.empty() && wants_entry_point(words)) {
    out.names = {"main"};
  }
  out.is_entry_point = !out.names.empty() && out.names.front() == "main";
  if (!out.path.empty())
    out.what = sim_intent::kind::file;
  else if (!out.names.empty())
    out.what = sim_intent::kind::find;
  else if (is_greeting(words))
    out.what = sim_intent::kind::greeting;
  else if (wants_list(words))
    out.what = sim_intent::kind::list;
  return out;
}

std::string grep_pattern(const sim_intent& intent) {
  if (intent.is_entry_point)
    return "\\bmain\\s*\\(";
  std::string names;
  for (const auto& name : intent.names)
    names += (names.empty() ? "" : "|") + name;
  return intent.names.size() == 1 ? "\\b" + names + "\\b" : "\\b(" + names + ")\\b";
}

} // namespace kodad::actors
