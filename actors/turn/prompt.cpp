#include "actors/turn/prompt.hpp"

#include "actors/turn/reasoning.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::chat_message;
using proto::chat_part;
using proto::chat_part_kind;
using proto::chat_role;
using proto::part_type;
using proto::tool_status;

namespace {

chat_part text_part(std::string text) {
  chat_part out;
  out.text = std::move(text);
  return out;
}

chat_part call_part(const proto::part& call) {
  chat_part out;
  out.kind = chat_part_kind::tool_call;
  out.call_id = call.call_id->text;
  out.tool = call.tool;
  out.input = call.input;
  return out;
}

chat_part result_part(const proto::part& call) {
  chat_part out;
  out.kind = chat_part_kind::tool_result;
  out.call_id = call.call_id->text;
  out.tool = call.tool;
  bool is_over = call.status == tool_status::completed || call.status == tool_status::failed;
  out.text = is_over ? call.output.value_or("") : "interrupted, effect unknown";
  out.failed = call.status != tool_status::completed;
  return out;
}

chat_part file_part(const proto::part_record& file) {
  chat_part out;
  out.kind = chat_part_kind::file;
  out.text = file.content;
  out.name = file.shown.name;
  out.mime_type = file.shown.mime_type;
  return out;
}

/// What stands in the place of a part that is lost.
chat_part lost_part(const proto::part& lost) {
  if (lost.type == part_type::file)
    return text_part("[the content of the attachment " + lost.name + " is lost]");
  return text_part("[the content of this part of the conversation is lost]");
}

void append_user(const std::vector<proto::part_record>& parts, std::vector<chat_message>& out) {
  chat_message said;
  for (const auto& piece : parts) {
    if (is_lost(piece.shown))
      said.parts.push_back(lost_part(piece.shown));
    else
      said.parts.push_back(piece.shown.type == part_type::file ? file_part(piece)
                                                               : text_part(piece.shown.text));
  }
  if (!said.parts.empty())
    out.push_back(std::move(said));
}

/// One step of an answer: what the model said and called, then the calls' results.
void append_step(std::vector<proto::part_record>::const_iterator first,
                 std::vector<proto::part_record>::const_iterator last,
                 std::vector<chat_message>& out) {
  chat_message said{chat_role::assistant, {}};
  chat_message results{chat_role::user, {}};
  for (auto piece = first; piece != last; ++piece) {
    if (piece->shown.type == part_type::tool) {
      said.parts.push_back(call_part(piece->shown));
      results.parts.push_back(result_part(piece->shown));
    } else if (is_lost(piece->shown)) {
      said.parts.push_back(lost_part(piece->shown));
    } else {
      said.parts.push_back(text_part(piece->shown.text));
      if (piece->shown.type == part_type::reasoning)
        said.parts.back().kind = chat_part_kind::reasoning;
    }
    said.parts.back().opaque = piece->opaque;
    said.parts.back().opaque_model = piece->opaque_model;
  }
  out.push_back(std::move(said));
  if (!results.parts.empty())
    out.push_back(std::move(results));
}

void append_answer(const std::vector<proto::part_record>& parts, std::vector<chat_message>& out) {
  for (auto first = parts.begin(); first != parts.end();) {
    auto last = std::find_if(first, parts.end(), [&](const proto::part_record& piece) {
      return piece.shown.step != first->shown.step;
    });
    append_step(first, last, out);
    first = last;
  }
}

std::string surroundings(const prompt_source& from) {
  std::string out = "You work in the folder " + from.workspace +
                    ". Paths given to tools are relative to it; nothing outside it can be read or "
                    "changed.";
  if (!from.with_tools)
    out += "\nThe number of steps for this task is used up. Call no more tools: say what was done, "
           "what was found and what remains.";
  return out;
}

} // namespace

proto::chat_request compose(prompt_source from) {
  proto::chat_request out;
  out.model = from.model.id;
  out.system = {from.who.system_prompt, surroundings(from)};
  for (const auto& message : from.history) {
    if (message.head.role == proto::message_role::assistant)
      append_answer(message.parts, out.messages);
    else
      append_user(message.parts, out.messages);
  }
  append_answer(from.parts, out.messages);
  if (from.with_tools && from.model.tool_call)
    out.tools = std::move(from.tools);
  out.temperature = from.who.temperature;
  out.max_output_tokens = from.who.max_tokens;
  if (from.model.max_output_tokens && out.max_output_tokens)
    out.max_output_tokens = std::min(*out.max_output_tokens, *from.model.max_output_tokens);
  auto reasoning = choose_reasoning(from.who, from.model, from.variant, from.context_used);
  out.reasoning_budget = reasoning.budget;
  out.reasoning_effort = std::move(reasoning.effort);
  out.model_reasons = from.model.reasoning;
  out.model_sees = from.model.vision;
  out.model_reads_pdfs = from.model.pdf;
  out.model_output_max = from.model.max_output_tokens;
  out.only_responses = from.model.only_responses;
  return out;
}

} // namespace kodad::actors
