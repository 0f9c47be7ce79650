#include "proto/provider/local_facts.hpp"
#include "proto/provider/local_models.hpp"
#include "proto/provider/openai_chat.hpp"

#include <doctest/doctest.h>
#include <map>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

/// A server as a table: "GET /path" or "POST /path body" to the answer's body. What is not in it
/// answers 404.
using server = std::map<std::string, std::string>;

struct outcome {
  std::vector<std::string> asked; ///< In the order of the questions.
  result<std::vector<model>> found = make_error(ec::internal, "");
};

wire_answer answer_of(const server& from, const std::string& question) {
  wire_answer out;
  auto known = from.find(question);
  out.status = known == from.end() ? 404 : 200;
  out.body = known == from.end() ? "404 page not found" : known->second;
  return out;
}

/// @param backwards Answers the newest question first.
outcome discover(const server& from, std::string provider_id = "p", bool backwards = false) {
  const std::string root = "http://localhost:1";
  auto discovery = make_openai_chat()->discover({std::move(provider_id), root + "/v1", "key"});
  outcome out;
  std::vector<size_t> open;
  auto take = [&](const std::vector<wire_request>& questions) {
    for (const auto& question : questions) {
      CHECK(question.url.starts_with(root));
      CHECK(question.headers[1].second == "Bearer key");
      auto body = question.body.empty() ? "" : " " + question.body;
      open.push_back(out.asked.size());
      out.asked.push_back(question.method + " " + question.url.substr(root.size()) + body);
    }
  };
  take(discovery->begin());
  while (!open.empty()) {
    auto at = backwards ? open.end() - 1 : open.begin();
    auto number = *at;
    open.erase(at);
    take(discovery->answered(number, answer_of(from, out.asked[number])));
  }
  out.found = discovery->finish();
  return out;
}

std::string show(const std::string& name) {
  return R"(POST /api/show {"model":")" + name + R"("})";
}

/// "name context tools vision reasoning", the last three as t, v, r.
std::vector<std::string> summary(const outcome& of) {
  std::vector<std::string> out;
  REQUIRE(of.found);
  for (const auto& one : *of.found)
    out.push_back(one.name + " " + std::to_string(one.context_size) + " " +
                  (one.tool_call ? "t" : "") + (one.vision ? "v" : "") +
                  (one.reasoning ? "r" : ""));
  return out;
}

const std::string list_of_two = R"({"object":"list","data":[{"id":"a"},{"id":"b"}]})";

server ollama() {
  return {
      {"GET /v1/models", R"({"data":[{"id":"qwen3:8b"},{"id":"llava:7b"},{"id":"own:8k"},)"
                         R"({"id":"nomic:latest"},{"id":"gone:1b"}]})"},
      {"GET /api/version", R"({"version":"0.12.6"})"},
      {"GET /api/ps",
       R"({"models":[{"name":"qwen3:8b","model":"qwen3:8b","size":1,"context_length":4096}]})"},
      {show("qwen3:8b"), R"({"parameters":"stop   \"x\"\ntop_k  20","model_info":)"
                         R"({"general.architecture":"qwen3","qwen3.context_length":40960,)"
                         R"("tokenizer.ggml.tokens":null},)"
                         R"("capabilities":["completion","tools","thinking"]})"},
      {show("llava:7b"), R"({"model_info":{"llama.context_length":32768},)"
                         R"("capabilities":["completion","vision"]})"},
      {show("own:8k"), R"({"parameters":"num_ctx                        8192",)"
                       R"("model_info":{"general.architecture":"llama",)"
                       R"("llama.context_length":131072}})"},
      {show("nomic:latest"), R"({"model_info":{"general.architecture":"nomic-bert",)"
                             R"("nomic-bert.context_length":2048},"capabilities":["embedding"]})"},
  };
}

} // namespace

TEST_CASE("a server is local by its address or by its name") {
  struct row {
    std::string provider_id;
    std::string base;
    bool local;
  };
  const std::vector<row> rows{
      {"p", "http://localhost:1234/v1", true},
      {"p", "http://LOCALHOST", true},
      {"p", "http://me.localhost", true},
      {"p", "http://127.0.0.1:8080", true},
      {"p", "http://127.8.9.10", true},
      {"p", "http://[::1]:8080/v1", true},
      {"p", "http://0.0.0.0:8000", true},
      {"p", "http://127.example.com", false},
      {"p", "http://notlocalhost", false},
      {"p", "http://192.168.1.2", false},
      {"p", "https://api.openai.com/v1", false},
      {"ollama", "http://192.168.1.2:11434", true},
      {"lmstudio", "http://studio", true},
      {"llamacpp", "http://box", true},
      {"vllm", "http://box", true},
  };
  for (const auto& [provider_id, base, local] : rows) {
    INFO(provider_id << " " << base);
    CHECK(is_local_server({provider_id, base, ""}) == local);
    auto asked = make_openai_chat()->discover({provider_id, base, ""})->begin();
    CHECK(asked[0].url.ends_with("/v1/models"));
  }
}

TEST_CASE("a server that only has the list is asked little and loses nothing") {
  server vllm{{"GET /v1/models", R"({"data":[{"id":"a","max_model_len":8192}]})"}};

  auto got = discover(vllm);

  CHECK(summary(got) == std::vector<std::string>{"a 8192 t"});
  CHECK(got.asked == std::vector<std::string>{"GET /v1/models", "GET /api/version",
                                              "GET /api/v1/models", "GET /props",
                                              "GET /api/v0/models"});
  CHECK(discover(vllm, "vllm").asked == std::vector<std::string>{"GET /v1/models"});
  CHECK(discover(vllm, "ollama").asked ==
        std::vector<std::string>{"GET /v1/models", "GET /api/version"});
}

TEST_CASE("an Ollama is asked about each model, and a model has the context it runs with") {
  const std::vector<std::string> expected{"qwen3:8b 4096 tr", "llava:7b 32768 v", "own:8k 8192 t",
                                          "gone:1b 0 t"};

  CHECK(summary(discover(ollama())) == expected);
  CHECK(summary(discover(ollama(), "p", true)) == expected);
  CHECK(summary(discover(ollama(), "ollama")) == expected);
}

TEST_CASE("of an Ollama's models a hundred are asked about") {
  std::string list;
  for (int n = 0; n < 150; ++n)
    list += (n == 0 ? R"({"id":"m)" : R"(,{"id":"m)") + std::to_string(n) + R"("})";
  server many{{"GET /v1/models", R"({"data":[)" + list + "]}"},
              {"GET /api/version", R"({"version":"1"})"},
              {show("m99"), R"({"parameters":"num_ctx 7"})"},
              {show("m100"), R"({"parameters":"num_ctx 7"})"}};

  auto got = discover(many, "ollama");

  CHECK(got.asked.size() == 2 + 1 + 100);
  REQUIRE(got.found);
  CHECK(got.found->size() == 150);
  CHECK((*got.found)[99].context_size == 7);
  CHECK((*got.found)[100].context_size == 0);
}

TEST_CASE("LM Studio tells contexts and abilities, loaded instances have names of their own") {
  server studio{
      {"GET /v1/models", R"({"data":[{"id":"q"},{"id":"q:2"},{"id":"g"},{"id":"embed"},)"
                         R"({"id":"unknown"}]})"},
      // What it does not know it answers like this, with status 200.
      {"GET /api/version", R"({"error":"Unexpected endpoint or method: GET /api/version"})"},
      {"GET /props", R"({"error":"Unexpected endpoint or method: GET /props"})"},
      {"GET /api/v1/models",
       R"({"models":[{"type":"llm","key":"q","max_context_length":262144,"loaded_instances":)"
       R"([{"id":"q","config":{"context_length":8192}},)"
       R"({"id":"q:2","config":{"context_length":4096}}],"capabilities":{"vision":true,)"
       R"("trained_for_tool_use":true,"reasoning":{"allowed_options":["off","on"]}}},)"
       R"({"type":"llm","key":"g","max_context_length":32768,"loaded_instances":[],)"
       R"("capabilities":{"vision":false,"trained_for_tool_use":false}},)"
       R"({"type":"embedding","key":"embed","max_context_length":2048},{"key":7},null]})"}};

  auto got = discover(studio);

  CHECK(summary(got) ==
        std::vector<std::string>{"q 4096 tvr", "q:2 4096 tvr", "g 32768 ", "unknown 0 t"});
  CHECK(got.asked.size() == 4);
  CHECK(summary(discover(studio, "lmstudio")) == summary(got));
}

TEST_CASE("an older LM Studio is asked in its own words") {
  server studio{
      {"GET /v1/models", list_of_two},
      {"GET /api/v1/models", R"({"error":"Unexpected endpoint or method."})"},
      {"GET /api/v0/models",
       R"({"object":"list","data":[{"id":"a","type":"vlm","state":"loaded",)"
       R"("max_context_length":32768,"loaded_context_length":4096,"capabilities":["tool_use"]},)"
       R"({"id":"b","type":"embeddings","max_context_length":2048}]})"}};

  CHECK(summary(discover(studio)) == std::vector<std::string>{"a 4096 tv"});
}

TEST_CASE("llama.cpp tells of the one model it serves") {
  server llama{{"GET /v1/models", R"({"models":[{"name":"x"}],"data":[{"id":"q.gguf",)"
                                  R"("meta":{"n_ctx_train":40960}}]})"},
               {"GET /props", R"({"default_generation_settings":{"n_ctx":8192},"total_slots":1,)"
                              R"("chat_template":"{% if enable_thinking %}{% endif %}",)"
                              R"("chat_template_caps":{"supports_tools":false},)"
                              R"("modalities":{"vision":true,"audio":false}})"}};

  CHECK(summary(discover(llama)) == std::vector<std::string>{"q.gguf 8192 vr"});

  llama["GET /props"] = R"({"default_generation_settings":{"n_ctx":0},"role":"router"})";
  CHECK(summary(discover(llama)) == std::vector<std::string>{"q.gguf 40960 t"});

  llama["GET /props"] = R"({"default_generation_settings":{"n_ctx":8192}})";
  llama["GET /v1/models"] = list_of_two;
  CHECK(summary(discover(llama)) == std::vector<std::string>{"a 0 t", "b 0 t"});
}

TEST_CASE("without the list nothing is found, whatever else answers") {
  auto others = ollama();
  others.erase("GET /v1/models");
  auto got = discover(others);
  REQUIRE_FALSE(got.found);
  CHECK(got.found.failure().code == ec::provider_refused);

  others["GET /v1/models"] = "<html>";
  CHECK(discover(others).found.failure().code == ec::provider_failed);

  auto discovery = make_openai_chat()->discover({"p", "http://localhost", ""});
  discovery->begin();
  wire_answer down;
  down.failure = make_error(ec::provider_down, "connection refused");
  for (size_t number = 0; number < 4; ++number)
    CHECK(discovery->answered(number, down).empty());
  CHECK(discovery->answered(99, down).empty());
  CHECK(discovery->finish().failure().code == ec::provider_down);
}

TEST_CASE("nonsense in place of an answer changes nothing") {
  const std::vector<std::string> nonsense{"",
                                          "null",
                                          "[]",
                                          "7",
                                          "{",
                                          R"({"version":1})",
                                          R"({"models":7})",
                                          R"({"models":[7,{}]})",
                                          R"({"default_generation_settings":[]})",
                                          R"({"data":{"a":{}}})"};
  for (const auto& body : nonsense) {
    INFO(body);
    server odd{{"GET /v1/models", R"({"data":[{"id":"a","max_model_len":5}]})"},
               {"GET /api/version", body},
               {"GET /api/v1/models", body},
               {"GET /api/v0/models", body},
               {"GET /props", body}};
    CHECK(summary(discover(odd)) == std::vector<std::string>{"a 5 t"});

    auto mute = ollama();
    for (auto& [question, answer] : mute)
      if (question.starts_with("POST") || question == "GET /api/ps")
        answer = body;
    CHECK(discover(mute).found->size() == 5);
  }
}

TEST_CASE("a context is read from the model's parameters wherever it stands") {
  struct row {
    std::string parameters;
    std::optional<int64_t> context;
  };
  const std::vector<row> rows{
      {"", std::nullopt},
      {"num_ctx 4096", 4096},
      {"stop a\\nnum_ctx\\t 512\\n", 512},
      {"num_ctx", std::nullopt},
      {"num_ctx -1", std::nullopt},
      {"num_ctx x", std::nullopt},
      {"stop num_ctx 5", std::nullopt},
  };
  for (const auto& [parameters, context] : rows) {
    INFO(parameters);
    CHECK(read_ollama_show(R"({"parameters":")" + parameters + R"("})").context_size == context);
  }
}

TEST_CASE("the questions go below the root, whatever version the base has") {
  for (const char* base : {"http://h", "http://h/", "http://h/v1", "http://h/v1/",
                           "http://h/v1?x=1", "http://h/api/v0", "http://h/api/v1/"}) {
    INFO(base);
    auto asked = make_openai_chat()->discover({"llamacpp", base, ""})->begin();
    REQUIRE(asked.size() == 2);
    CHECK(asked[1].url == "http://h/props");
  }
  CHECK(make_openai_chat()->discover({"llamacpp", "http://h/a/v1", ""})->begin()[1].url ==
        "http://h/a/props");
}
