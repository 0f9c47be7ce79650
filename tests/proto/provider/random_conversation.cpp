#include "tests/proto/provider/random_conversation.hpp"

#include "proto/json/writer.hpp"

#include <array>
#include <random>

namespace kodad::test {

using proto::chat_message;
using proto::chat_part;
using proto::chat_part_kind;
using proto::chat_request;
using proto::chat_role;

namespace {

const std::array<std::string, 6> models{"a/claude-sonnet-4-5", "g/gemini-3-pro",
                                        "g/gemini-2.5-pro",    "o/gpt-5",
                                        "p/mistral-small",     "d/deepseek-chat"};

const std::array<std::string, 10> texts{"",      "\n\n",    " \t",     "\u00a0\u3000",      "hello",
                                        "go on", "so\n \n", "é \"q\"", "<tool>{}</tool>\n", "x"};

const std::array<std::string, 12> names{
    "read",
    "bash",
    "\"read\"",
    "functions.read",
    "a b c",
    "",
    "2fast",
    "$lookup",
    "ünï/cöde",
    "-dash",
    "browser.tabs.open",
    "mcp__very__long__name__that__goes__on__and__on__until__it__"
    "is__longer__than__sixty_four"};

const std::array<std::string, 9> inputs{"{}",      R"({"path":"a"})",
                                        "{broken", "",
                                        "[1]",     "null",
                                        "7",       R"({"x":{"y":[1,2,{"z":null}]}})",
                                        "\"text\""};

const std::array<std::string, 10> ids{
    "call_1",
    "call_1",
    "toolu_01AbC",
    "functions.read:0",
    "",
    "a|fc_b",
    "exec_0",
    "exec_0",
    "ünï",
    "call_that_is_much_longer_than_the_sixty_four_characters_that_are_allowed_anywhere"};

class author {
public:
  explicit author(uint64_t seed) : engine_(seed) {}

  chat_request write();

private:
  size_t roll(size_t sides) { return static_cast<size_t>(engine_() % sides); }
  bool chance(size_t percent) { return roll(100) < percent; }
  template <class List>
  const auto& pick(const List& list) {
    return list[roll(list.size())];
  }

  void add_turn(std::vector<chat_message>& to);
  void add_step(std::vector<chat_message>& to);
  chat_part said(std::string text);
  chat_part file();
  chat_part reasoning();
  chat_part call();
  chat_part result_of(const chat_part& call);
  void seal(chat_part& part);

  std::mt19937_64 engine_;
};

chat_part author::said(std::string text) {
  chat_part out;
  out.text = std::move(text);
  if (chance(10))
    seal(out);
  return out;
}

chat_part author::file() {
  constexpr std::array<std::string_view, 6> types{"image/png",  "image/jpeg", "application/pdf",
                                                  "text/plain", "image/bmp",  "image/svg+xml"};
  chat_part out;
  out.kind = chat_part_kind::file;
  out.mime_type = pick(types);
  out.name = chance(20) ? "" : "file";
  if (out.mime_type == "application/pdf")
    out.text = "%PDF-1.4 x";
  else if (out.mime_type.starts_with("image/"))
    out.text = "\x89PNG\r\n\x1a\n pixels"; // Also where another type is claimed.
  else
    out.text = "words";
  if (chance(10))
    out.text.clear();
  return out;
}

/// What some model's adapter kept; each model's in its own form.
void author::seal(chat_part& part) {
  const auto& model = pick(models);
  auto seal = proto::json::quote("seal of " + model);
  part.opaque_model.text = model;
  if (model.starts_with("a/"))
    part.opaque.text =
        chance(80) ? R"({"signature":)" + seal + "}" : R"({"redacted":)" + seal + "}";
  else if (model.starts_with("g/"))
    part.opaque.text =
        chance(80) ? R"({"thoughtSignature":)" + seal + R"(,"id":"own"})" : R"({"id":"own"})";
  else if (model.starts_with("o/"))
    part.opaque.text = R"({"type":"reasoning","summary":[],"encrypted_content":)" + seal + "}";
  else
    part.opaque.text = R"({"replay":"reasoning_content"})";
}

chat_part author::reasoning() {
  chat_part out;
  out.kind = chat_part_kind::reasoning;
  if (chance(80))
    seal(out);
  out.text = chance(20) ? "" : "thoughts of " + out.opaque_model.text;
  return out;
}

chat_part author::call() {
  chat_part out;
  out.kind = chat_part_kind::tool_call;
  out.call_id = pick(ids);
  out.tool = chance(50) ? "read" : pick(names);
  out.input = pick(inputs);
  if (chance(30))
    seal(out);
  return out;
}

chat_part author::result_of(const chat_part& call) {
  chat_part out;
  out.kind = chat_part_kind::tool_result;
  out.call_id = call.call_id;
  out.tool = call.tool;
  out.text = pick(texts);
  out.failed = chance(30);
  return out;
}

void author::add_step(std::vector<chat_message>& to) {
  chat_message said_now{chat_role::assistant, {}};
  chat_message results{chat_role::user, {}};
  for (size_t i = roll(5); i > 0; --i) {
    auto kind = roll(3);
    if (kind == 0)
      said_now.parts.push_back(reasoning());
    else if (kind == 1)
      said_now.parts.push_back(said(pick(texts)));
    else
      said_now.parts.push_back(call());
  }
  for (const auto& part : said_now.parts)
    if (part.kind == chat_part_kind::tool_call && chance(85))
      results.parts.push_back(result_of(part));
  if (!results.parts.empty() && chance(10))
    results.parts.push_back(results.parts.front());
  if (chance(5))
    results.parts.push_back(result_of(call()));
  if (chance(10))
    results.parts.push_back(said(pick(texts))); // The user spoke up in between.
  if (chance(5))
    results.parts.push_back(file());
  if (chance(30))
    std::shuffle(results.parts.begin(), results.parts.end(), engine_);
  to.push_back(std::move(said_now));
  if (!results.parts.empty() || chance(5))
    to.push_back(std::move(results));
}

void author::add_turn(std::vector<chat_message>& to) {
  chat_message asked{chat_role::user, {}};
  for (size_t i = roll(3); i > 0; --i)
    asked.parts.push_back(said(pick(texts)));
  while (chance(25))
    asked.parts.push_back(file());
  if (!chance(5))
    to.push_back(std::move(asked));
  for (size_t steps = roll(4); steps > 0; --steps)
    add_step(to);
}

chat_request author::write() {
  chat_request out;
  out.system = {chance(80) ? "You are Koda." : pick(texts), pick(texts)};
  for (size_t turns = 1 + roll(5); turns > 0; --turns)
    add_turn(out.messages);
  if (chance(80)) {
    chat_part last;
    last.text = pick(texts);
    out.messages.push_back({chat_role::user, {last}});
  }
  if (chance(75))
    out.tools = {{"bash", "runs", {R"({"type":"object","properties":{}})"}, true},
                 {"read", "reads", {}, false}};
  out.model_sees = chance(50);
  out.model_reads_pdfs = chance(50);
  return out;
}

} // namespace

chat_request random_conversation(uint64_t seed) {
  return author(seed).write();
}

} // namespace kodad::test
