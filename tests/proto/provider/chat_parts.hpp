// CHAT PARTS: the pieces that conversations of the tests are made of.
#pragma once

#include "proto/chat.hpp"

#include <string>
#include <utility>

namespace kodad::proto::provider {

inline chat_part text_part(std::string text) {
  chat_part out;
  out.text = std::move(text);
  return out;
}

inline chat_part call_part(std::string id, std::string tool = "f", std::string input = "{}") {
  chat_part out;
  out.kind = chat_part_kind::tool_call;
  out.call_id = std::move(id);
  out.tool = std::move(tool);
  out.input = std::move(input);
  return out;
}

inline chat_part result_part(std::string id, std::string text, bool failed = false) {
  auto out = text_part(std::move(text));
  out.kind = chat_part_kind::tool_result;
  out.call_id = std::move(id);
  out.failed = failed;
  return out;
}

inline chat_part file_part(std::string name, std::string mime_type, std::string bytes) {
  auto out = text_part(std::move(bytes));
  out.kind = chat_part_kind::file;
  out.name = std::move(name);
  out.mime_type = std::move(mime_type);
  return out;
}

} // namespace kodad::proto::provider
