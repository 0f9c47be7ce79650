#include "proto/provider/openai_chat_stream.hpp"

#include "proto/json/writer.hpp"
#include "proto/limits.hpp"
#include "proto/provider/classify.hpp"
#include "proto/provider/openai_usage.hpp"

#include <utility>

namespace kodad::proto::provider {

namespace {

std::string_view string_of(const json::value& node) {
  std::string_view text;
  return node.get(text) == simdjson::SUCCESS ? text : std::string_view();
}

} // namespace

result<void> openai_chat_stream::take_done(chunks& out) {
  if (!answered_ && !is_stopped())
    return make_error(ec::provider_failed, "the provider ended without an answer");
  end_answer(natural_end(), out);
  return {};
}

result<void> openai_chat_stream::take_frame(std::string_view type, const json::object& frame,
                                            chunks& out) {
  if (is_stopped())
    return take_fields(frame, out);
  if (auto failed = json::find(frame, "error"))
    return classify_frame(read_complaint(*failed));
  if (type == "error" || json::find_string(frame, "object") == "error")
    return classify_frame(read_complaint(frame));
  return take_fields(frame, out);
}

result<void> openai_chat_stream::take_fields(const json::object& frame, chunks& out) {
  for (auto [key, node] : frame) {
    json::object inner;
    if (key == "choices") {
      if (auto taken = take_choices(node, out); !taken)
        return taken;
    } else if (key == "usage" && node.get(inner) == simdjson::SUCCESS) {
      take_usage(inner, out);
    } else if (key == "x_groq" && node.get(inner) == simdjson::SUCCESS) {
      if (auto spent = json::find_object(inner, "usage"))
        take_usage(*spent, out);
    }
  }
  return {};
}

result<void> openai_chat_stream::take_choices(const json::value& choices, chunks& out) {
  json::array list;
  if (choices.get(list) != simdjson::SUCCESS)
    return {};
  // Copilot splits one answer into two choices with the same index, each with its reason: the end
  // comes after all of them.
  std::string_view reason;
  for (auto node : list) {
    json::object choice;
    if (node.get(choice) != simdjson::SUCCESS)
      continue;
    if (auto taken = take_choice(choice, reason, out); !taken)
      return taken;
  }
  return reason.empty() ? result<void>() : take_finish_reason(reason, out);
}

result<void> openai_chat_stream::take_choice(const json::object& choice, std::string_view& reason,
                                             chunks& out) {
  std::optional<json::object> delta;
  std::string_view ended_by;
  for (auto [key, node] : choice) {
    int64_t index = 0;
    json::object inner;
    if (key == "index" && node.get(index) == simdjson::SUCCESS && index != 0)
      return {}; // We ask for one answer.
    // Some servers close with a whole `message`; it counts only where nothing was streamed.
    bool whole = key == "message" && !streamed_ && !delta;
    if ((key == "delta" || whole) && node.get(inner) == simdjson::SUCCESS) {
      delta = inner;
      streamed_ = streamed_ || !whole;
    } else if (key == "error" && !node.is_null() && !is_stopped())
      return classify_frame(read_complaint(node));
    else if (key == "finish_reason")
      ended_by = string_of(node);
    else if (key == "usage" && node.get(inner) == simdjson::SUCCESS)
      take_usage(inner, out); // Moonshot's place.
  }
  answered_ = answered_ || delta || !ended_by.empty();
  if (!ended_by.empty())
    reason = ended_by;
  return delta && !is_stopped() ? take_delta(*delta, out) : result<void>();
}

result<void> openai_chat_stream::take_delta(const json::object& delta, chunks& out) {
  take_reasoning_fields(delta, out);
  result<void> taken;
  for (auto [key, node] : delta) {
    if (node.is_null())
      continue;
    if (key == "content") {
      take_content(node, out);
    } else if (key == "refusal") {
      refused_ = refused_ || !string_of(node).empty();
      say_answer(string_of(node), out);
    } else if (key == "tool_calls") {
      taken = take_calls(node, out);
    } else if (key == "function_call") { // The form before tool_calls: one call, no id.
      taken = take_call(delta, out);
    }
    if (!taken)
      return taken;
  }
  return {};
}

void openai_chat_stream::take_reasoning_fields(const json::object& delta, chunks& out) {
  std::string_view own, other;
  std::string readable;
  bool has_details = false;
  for (auto [key, node] : delta) {
    json::array items;
    if (key == "reasoning_content")
      own = string_of(node);
    else if (key == "reasoning" || (key == "reasoning_text" && other.empty()))
      other = string_of(node);
    else if (key == "reasoning_opaque" && string_of(node).size() <= limits::opaque_bytes)
      reasoning_opaque_ = string_of(node);
    else if (key == "reasoning_details" && node.get(items) == simdjson::SUCCESS) {
      readable = details_.add(items);
      has_details = items.size() > 0;
    }
  }
  replay_content_ = replay_content_ || !own.empty();
  // Several of them say the same.
  auto text = !own.empty() ? own : !other.empty() ? other : std::string_view(readable);
  if (text.empty() && !has_details && reasoning_opaque_.empty())
    return;
  reasoning_apart_ = true;
  say_reasoning(text, out);
}

void openai_chat_stream::take_content(const json::value& content, chunks& out) {
  json::array parts;
  if (content.get(parts) != simdjson::SUCCESS)
    return say_text(string_of(content), out);
  for (auto node : parts) { // Mistral's form.
    json::object part;
    if (node.get(part) == simdjson::SUCCESS)
      take_content_part(part, out);
  }
}

void openai_chat_stream::take_content_part(const json::object& part, chunks& out) {
  if (auto text = json::find_string(part, "text"))
    return say_answer(*text, out);
  auto thinking = json::find(part, "thinking");
  if (!thinking)
    return;
  reasoning_apart_ = true;
  json::array pieces;
  if (thinking->get(pieces) != simdjson::SUCCESS)
    return say_reasoning(string_of(*thinking), out);
  for (auto node : pieces) {
    json::object piece;
    if (node.get(piece) == simdjson::SUCCESS)
      say_reasoning(json::find_string(piece, "text").value_or(""), out);
  }
}

result<void> openai_chat_stream::take_calls(const json::value& calls, chunks& out) {
  json::array list;
  if (calls.get(list) != simdjson::SUCCESS)
    return {};
  for (auto node : list) {
    json::object call;
    if (node.get(call) != simdjson::SUCCESS)
      continue;
    if (auto taken = take_call(call, out); !taken)
      return taken;
  }
  return {};
}

result<void> openai_chat_stream::take_call(const json::object& call, chunks& out) {
  call_fragment piece;
  piece.index = json::find_integer(call, "index");
  piece.id = json::find_string(call, "id").value_or("");
  auto function = json::find_object(call, "function");
  if (!function)
    function = json::find_object(call, "function_call");
  std::string as_text;
  if (function) {
    piece.name = json::find_string(*function, "name").value_or("");
    if (auto arguments = json::find(*function, "arguments")) {
      if (!arguments->is_string())
        as_text = json::to_text(*arguments);
      piece.arguments = arguments->is_string() ? string_of(*arguments) : as_text;
    }
  }
  say_pieces(think_.finish(), out);
  end_reasoning(out);
  return calls_.add(piece, out);
}

result<void> openai_chat_stream::take_finish_reason(std::string_view word, chunks& out) {
  if (word == "error" || word == "insufficient_system_resource") // OpenRouter's, DeepSeek's.
    return make_error(ec::provider_failed, "the provider broke off the answer");
  if (word == "length" || word == "max_tokens" || word == "repetition_truncation")
    end_answer(stop_reason::length, out);
  else if (word == "content_filter" || word == "safety")
    end_answer(stop_reason::filtered, out);
  else if (word == "refusal")
    end_answer(stop_reason::refusal, out);
  else if (word == "model_context_window_exceeded" || word == "model_length")
    end_answer(stop_reason::context_full, out);
  else
    end_answer(natural_end(), out); // "stop" and "tool_calls" are mixed up by many.
  return {};
}

stop_reason openai_chat_stream::natural_end() const {
  if (!calls_.empty())
    return stop_reason::tool_calls;
  return refused_ ? stop_reason::refusal : stop_reason::end;
}

void openai_chat_stream::take_usage(const json::object& from, chunks& out) {
  auto now = read_openai_usage(from);
  if (now == spent_)
    return;
  spent_ = now;
  auto& told = out.emplace_back();
  told.kind = chunk_kind::usage;
  told.spent = now;
}

void openai_chat_stream::say_text(std::string_view text, chunks& out) {
  if (text.empty())
    return;
  if (reasoning_apart_ || think_.is_settled())
    say_answer(text, out);
  else
    say_pieces(think_.feed(text), out);
}

void openai_chat_stream::say_pieces(const think_splitter::pieces& split, chunks& out) {
  if (!split.reasoning.empty())
    say_reasoning(split.reasoning, out);
  if (split.reasoning_ended)
    end_reasoning(out);
  say_answer(split.text, out);
}

void openai_chat_stream::say_answer(std::string_view text, chunks& out) {
  if (text.empty())
    return;
  end_reasoning(out);
  add_text(out, chunk_kind::text, text);
}

void openai_chat_stream::say_reasoning(std::string_view text, chunks& out) {
  if (text.empty() && reasoning_open_)
    return;
  reasoning_open_ = true;
  add_text(out, chunk_kind::reasoning, text);
}

void openai_chat_stream::end_reasoning(chunks& out) {
  if (!reasoning_open_)
    return;
  reasoning_open_ = false;
  if (auto opaque = take_opaque(); !opaque.empty()) {
    auto& told = out.emplace_back();
    told.kind = chunk_kind::opaque;
    told.text = std::move(opaque);
  }
  out.emplace_back().kind = chunk_kind::reasoning_end;
}

std::string openai_chat_stream::take_opaque() {
  if (!details_.empty()) {
    auto items = details_.take();
    return items ? R"({"reasoning_details":)" + *items + "}" : std::string();
  }
  if (!reasoning_opaque_.empty())
    return R"({"reasoning_opaque":)" + json::quote(std::exchange(reasoning_opaque_, {})) + "}";
  return replay_content_ ? R"({"replay":"reasoning_content"})" : std::string();
}

void openai_chat_stream::end_answer(stop_reason why, chunks& out) {
  if (is_stopped())
    return;
  say_pieces(think_.finish(), out);
  end_reasoning(out);
  bool cut_short = why != stop_reason::end && why != stop_reason::tool_calls;
  calls_.finish(cut_short ? calls_end::cut_short : calls_end::complete, out);
  say_stop(why, out);
}

} // namespace kodad::proto::provider
