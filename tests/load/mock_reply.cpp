#include "tests/load/mock_reply.hpp"

#include "proto/json/writer.hpp"

#include <cstdio>

namespace kodad::load {

namespace {

constexpr const char* answer_start = R"({"id":"chatcmpl-mock","object":"chat.completion)";
constexpr const char* fields_of_all = R"(","created":1700000000,"model":"mock",)";

void add_chunk(streamed_reply& to, const std::string& data) {
  std::string event = "data: " + data + "\n\n";
  char size[24];
  std::snprintf(size, sizeof size, "%zx\r\n", event.size());
  to.bytes.append(size).append(event).append("\r\n");
  to.ends.push_back(to.bytes.size());
}

void add_choice(streamed_reply& to, const std::string& delta, const std::string& finish) {
  add_chunk(to, std::string(answer_start) + ".chunk" + fields_of_all +
                    R"("choices":[{"index":0,"delta":)" + delta + R"(,"finish_reason":)" + finish +
                    "}]}");
}

void begin(streamed_reply& to) {
  to.bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
             "Transfer-Encoding: chunked\r\n\r\n";
  add_choice(to, R"({"role":"assistant","content":""})", "null");
}

void end(streamed_reply& to, int64_t output_tokens) {
  add_chunk(to, std::string(answer_start) + ".chunk" + fields_of_all +
                    R"("choices":[],"usage":{"prompt_tokens":10,"completion_tokens":)" +
                    std::to_string(output_tokens) + R"(,"total_tokens":)" +
                    std::to_string(10 + output_tokens) + "}}");
  add_chunk(to, "[DONE]");
  to.bytes += "0\r\n\r\n";
  to.ends.back() = to.bytes.size();
}

/// Text that differs from chunk to chunk, so that a lost or repeated one shows.
std::string text_of(int64_t number, int64_t bytes) {
  std::string text = std::to_string(number);
  text.resize(static_cast<size_t>(bytes), '.');
  text.back() = ' ';
  return text;
}

std::string with_length(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

} // namespace

replies::replies(const reply_shape& shape) {
  begin(text);
  std::string all;
  for (int64_t i = 0; i < shape.chunks; ++i) {
    std::string piece = text_of(i, shape.chunk_bytes);
    add_choice(text, R"({"content":")" + piece + R"("})", "null");
    all += piece;
  }
  add_choice(text, "{}", R"("stop")");
  end(text, shape.chunks);

  begin(tool_call);
  add_choice(tool_call,
             R"({"tool_calls":[{"index":0,"id":"call_mock","type":"function","function":{"name":)" +
                 proto::json::quote(shape.tool) + R"(,"arguments":)" +
                 proto::json::quote(shape.tool_input) + "}}]}",
             "null");
  add_choice(tool_call, "{}", R"("tool_calls")");
  end(tool_call, 5);

  whole = with_length("200 OK",
                      std::string(answer_start) + fields_of_all +
                          R"("choices":[{"index":0,"message":{"role":"assistant","content":")" +
                          all + R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,)" +
                          R"("completion_tokens":1,"total_tokens":11}})");
  models = with_length("200 OK", R"({"object":"list","data":[{"id":"mock","object":"model",)"
                                 R"("created":1700000000,"owned_by":"mock"}]})");
  not_found = with_length("404 Not Found", R"({"error":{"message":"no such path"}})");
}

} // namespace kodad::load
