// What a server may do to a stream without changing what it says: every recorded stream, with other
// framing, cuts, ids, indexes and order, thousands of times from seeds. Each variant says what the
// plain stream says, or fails; a variant that is cut off fails, unless nothing was lost. The seed
// of a failure is printed. $KODAD_STREAM_VARIANTS says how many.
#include "proto/json/reader.hpp"
#include "proto/provider/anthropic.hpp"
#include "proto/provider/gemini.hpp"
#include "proto/provider/openai_chat.hpp"
#include "proto/provider/openai_responses.hpp"
#include "tests/proto/provider/stream_fixture.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <random>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

using list = std::vector<std::string>;

#if defined(__SANITIZE_ADDRESS__)
constexpr int variants_by_default = 500;
#else
constexpr int variants_by_default = 5000;
#endif

enum class format : uint8_t { chat, responses, anthropic, gemini };

struct recording {
  std::string name;
  format of = format::chat;
  list payloads;
};

std::unique_ptr<stream_decoder> make(format of) {
  switch (of) {
  case format::chat:
    return make_openai_chat()->decoder({"p/m"});
  case format::responses:
    return make_openai_responses()->decoder({"p/m"});
  case format::anthropic:
    return make_anthropic()->decoder({"p/m"});
  default:
    return make_gemini()->decoder({"p/m"});
  }
}

std::vector<recording> recordings() {
  std::vector<recording> out;
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(KODAD_FIXTURES "/provider-streams"))
    if (file.path().extension() == ".jsonl")
      files.push_back(file.path());
  std::ranges::sort(files);
  for (const auto& file : files) {
    recording one;
    one.name = file.stem().string();
    one.of = one.name.starts_with("anthropic")          ? format::anthropic
             : one.name.starts_with("google")           ? format::gemini
             : one.name.starts_with("openai-responses") ? format::responses
                                                        : format::chat;
    one.payloads = recorded(one.name);
    out.push_back(std::move(one));
  }
  return out;
}

/// What must not be lost or changed.
std::string essence(const heard& from) {
  auto out = "text:" + from.text + "\nreasoning:" + from.reasoning;
  for (const auto& [index, call] : from.calls)
    out += "\ncall:" + call.tool + call.whole + (call.ended ? "" : " not ended");
  return out + "\nstop:" + std::to_string(from.stop ? static_cast<int>(*from.stop) : -1);
}

class mutator {
public:
  mutator(const recording& from, uint32_t seed)
      : of_(from.of), payloads_(from.payloads), random_(seed) {
    if (of_ == format::chat && (payloads_.empty() || !payloads_.back().starts_with("[DONE]")))
      payloads_.emplace_back("[DONE]");
  }

  /// The body, in the pieces in which it comes.
  std::string body() {
    if (of_ == format::chat)
      vary_chat();
    for (auto& payload : payloads_)
      if (chance(10) && payload.starts_with('{'))
        payload.insert(1, R"("x_unknown":{"a":[1,"}",null]},"x_more":"é\u00e9",)");
    add_strangers();
    if (chance(8) && of_ != format::responses)
      return lines();
    return events();
  }

  list cut(const std::string& bytes) {
    list out;
    auto size_max = pick({1, 2, 3, 7, 64, 1000, 1 << 20});
    for (size_t at = 0; at < bytes.size();) {
      auto size = 1 + random_() % size_max;
      out.push_back(bytes.substr(at, size));
      at += size;
    }
    return out;
  }

  bool chance(uint32_t percent) { return random_() % 100 < percent; }
  size_t below(size_t bound) { return random_() % bound; }

private:
  size_t pick(std::initializer_list<size_t> from) { return *(from.begin() + below(from.size())); }

  static void replace_all(std::string& in, std::string_view what, const std::string& by) {
    for (size_t at = 0; (at = in.find(what, at)) != std::string::npos; at += by.size())
      in.replace(at, what.size(), by);
  }

  bool has_several_calls() const {
    for (const auto& payload : payloads_)
      if (payload.find(R"("index":1,"id")") != std::string::npos ||
          payload.find(R"("index":1,"function")") != std::string::npos)
        return true;
    return false;
  }

  /// Ids, indexes, finish reasons and the places of usage.
  void vary_chat() {
    const std::string first = R"("tool_calls":[{"index":0,)";
    bool one_call = !has_several_calls();
    auto how = below(6);
    for (auto& payload : payloads_) {
      bool goes_on = payload.find(R"("name":")") == std::string::npos;
      if (how == 1 && goes_on && payload.find(R"("id":"call)") == std::string::npos)
        replace_all(payload, first, first + R"("id":"fresh-)" + std::to_string(random_()) + "\",");
      if (how == 2)
        replace_all(payload, first, R"("tool_calls":[{"index":"0",)");
      if (how == 3 && one_call)
        replace_all(payload, first, R"("tool_calls":[{)");
      if (how == 4)
        replace_all(payload, first, R"("tool_calls":[{"index":11,)");
      if (how == 5)
        replace_all(payload, R"("finish_reason":null)", R"("finish_reason":"stop")");
    }
    if (chance(20))
      move_usage();
    if (chance(20))
      payloads_.pop_back(); // No [DONE]: the body ends after a reason.
  }

  /// A frame that has usage and no choice may come before the finish.
  void move_usage() {
    for (size_t at = 1; at < payloads_.size(); ++at)
      if (payloads_[at].find(R"("choices":[])") != std::string::npos &&
          payloads_[at].find("\"usage\":{") != std::string::npos) {
        std::swap(payloads_[at], payloads_[at - 1]);
        return;
      }
  }

  void add_strangers() {
    const std::vector<list> empty{
        {R"({"choices":[]})", R"({"choices":[{"index":0,"delta":{}}]})", R"({"object":"ping"})",
         R"({"choices":[{"index":0,"delta":{"content":null},"finish_reason":null}]})",
         R"({"choices":[{"index":0,"delta":{"content":"","role":"assistant"}}],"usage":null})"},
        {R"({"type":"response.in_progress","response":{}})", R"({"type":"response.news","x":1})"},
        {R"({"type":"ping"})", R"({"type":"news","delta":{"type":"text_delta","text":"no"}})"},
        {R"({"candidates":[]})", R"({"candidates":[{"content":{"parts":[]}}]})", R"({"x":{}})"}};
    const auto& from = empty[static_cast<size_t>(of_)];
    for (auto count = below(4); count > 0; --count) {
      auto at = below(payloads_.size() + (of_ == format::gemini ? 1 : 0));
      payloads_.insert(payloads_.begin() + static_cast<std::ptrdiff_t>(at),
                       from[below(from.size())]);
    }
  }

  /// One JSON object a line, without events.
  std::string lines() {
    std::string out;
    for (const auto& payload : payloads_)
      if (payload.starts_with('{'))
        out += payload + (chance(50) ? "\n" : "\r\n");
    return out;
  }

  std::string events() {
    const std::string end = chance(70) ? "\n" : chance(70) ? "\r\n" : "\r";
    auto out = std::string(chance(20) ? "\xef\xbb\xbf" : "");
    for (const auto& payload : payloads_) {
      if (chance(5))
        out += ": a comment {\"error\":1}" + end + (chance(50) ? end : "");
      if (chance(5))
        out += "event: unknown_" + std::to_string(below(9)) + end + "data: not json" + end + end;
      if (chance(5))
        out += "id: " + std::to_string(below(99)) + end + "retry: 5" + end;
      out += (chance(90) ? "data: " : "data:") + split_lines(payload, end) + end + end;
    }
    // One recorded server forgets the last brace: then the blank line is what ends the event.
    json::parser parse;
    bool is_whole = payloads_.back() == "[DONE]" || parse.parse(payloads_.back());
    while (is_whole && chance(20) && out.ends_with(end))
      out.resize(out.size() - end.size()); // No blank line at the end.
    return out;
  }

  /// JSON may be spread over several data lines wherever it may have a blank.
  std::string split_lines(const std::string& payload, const std::string& end) {
    if (!payload.starts_with('{') || !chance(10))
      return payload;
    std::string out;
    bool in_string = false, escaped = false;
    for (char c : payload) {
      out.push_back(c);
      bool quote = c == '"' && !escaped;
      escaped = in_string && c == '\\' && !escaped;
      in_string = in_string != quote;
      if (c == ',' && !in_string && chance(30))
        out += end + "data: ";
    }
    return out;
  }

  format of_;
  list payloads_;
  std::mt19937 random_;
};

int variants() {
  const char* asked = std::getenv("KODAD_STREAM_VARIANTS");
  return asked ? std::atoi(asked) : variants_by_default;
}

heard listen_cut(format of, const list& pieces) {
  return listen([of] { return make(of); },
                std::vector<std::string_view>(pieces.begin(), pieces.end()));
}

} // namespace

TEST_CASE("no variant of a recorded stream loses anything in silence") {
  if (!has_recordings())
    return;
  auto all = recordings();
  std::vector<heard> plain;
  for (const auto& one : all) {
    auto payloads = one.payloads;
    if (one.of == format::chat)
      payloads.emplace_back("[DONE]");
    plain.push_back(listen([&] { return make(one.of); }, framed(payloads)));
  }
  int told = 0, failed = 0;
  for (int seed = 0; seed < variants(); ++seed) {
    auto which = static_cast<size_t>(seed) % all.size();
    mutator by(all[which], static_cast<uint32_t>(seed));
    auto bytes = by.body();
    auto got = listen_cut(all[which].of, by.cut(bytes));
    INFO(all[which].name << ", seed " << seed);
    if (got.failure) {
      ++failed;
      CHECK(plain[which].failure); // Nothing of this makes a good stream fail.
    } else {
      ++told;
      CHECK(essence(got) == essence(plain[which]));
    }
    CHECK_FALSE(got.late);
  }
  MESSAGE("variants that said the same: " << told
                                          << ", that failed like the plain one: " << failed);
  CHECK(told > failed);
}

TEST_CASE("a variant that is cut off fails, unless all was said") {
  if (!has_recordings())
    return;
  auto all = recordings();
  for (int seed = 0; seed < variants() / 4; ++seed) {
    const auto& one = all[static_cast<size_t>(seed) % all.size()];
    mutator by(one, static_cast<uint32_t>(seed) + 1'000'000);
    auto bytes = by.body();
    auto whole = listen([&] { return make(one.of); }, bytes);
    bytes.resize(by.below(bytes.size()));
    auto decoder = make(one.of);
    std::vector<stream_chunk> chunks;
    auto done = decoder->feed(bytes, chunks);
    if (done)
      done = decoder->finish(by.chance(50) ? body_end::broken : body_end::silent, chunks);
    INFO(one.name << ", seed " << seed);
    auto got = sum_up(chunks);
    bool is_empty = got.text.empty() && got.calls.empty(); // Such an answer fails in the turn.
    if (done && !whole.failure && !is_empty)
      CHECK(essence(got) == essence(whole));
  }
}
