#include "proto/provider/openai_chat_stream.hpp"

#include "proto/json/writer.hpp"
#include "proto/limits.hpp"
#include "proto/provider/classify.hpp"
#include "proto/provider/openai_usage.hpp"

#include <charconv>
#include <utility>

namespace kodad::proto::provider {

namespace {

std::string_view string_of(const json::value& node) {
  std::string_view text;
  return node.get(text) == simdjson::SUCCESS ? text : std::string_view();
}

/// A string, or the JSON of anything else; null is nothing.
std::string text_at(const json::object& from, std::string_view key) {
  auto node = json::find(from, key);
  if (!node)
    return {};
  return node->is_string() ? std::string(string_of(*node)) : json::to_text(*node);
}

/// A number, also one that is sent as a string or with a fraction of nothing.
std::optional<int64_t> number_of(const std::optional<json::value>& node) {
  int64_t number = 0;
  double real = 0;
  if (!node)
    return std::nullopt;
  if (node->get(number) == simdjson::SUCCESS)
    return number;
  if (node->get(real) == simdjson::SUCCESS && real >= 0 && real < 1e6)
    return static_cast<int64_t>(real);
  auto text = string_of(*node);
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool is_number = code == std::errc() && end == text.data() + text.size();
  return is_number ? std::optional(number) : std::nullopt;
}

} // namespace

result<void> openai_chat_stream::take_done(chunks& out) {
  if (answered_ || is_stopped())
    return end_answer(out);
  auto said = no_answer();
  if (said.code != ec::stream_cut)
    return said;
  return make_error(ec::provider_failed, "the provider ended without an answer");
}

result<void> openai_chat_stream::take_end(body_end how, chunks& out) {
  bool is_whole = how == body_end::orderly && (finish_ || is_document());
  bool is_forgotten = how == body_end::silent && finish_ && reason_stands_ && !reasons_mislead_;
  return is_whole || is_forgotten ? end_answer(out) : cut_off();
}

result<void> openai_chat_stream::take_frame(std::string_view, const json::object& frame,
                                            chunks& out) {
  bool is_known = false;
  for (auto [key, node] : frame) {
    json::object inner;
    result<void> taken;
    if (key == "choices") {
      taken = take_choices(node, out);
    } else if (key == "message" && node.get(inner) == simdjson::SUCCESS) {
      taken = take_own_message(frame, out);
    } else if (key == "usage" && node.get(inner) == simdjson::SUCCESS) {
      take_usage(inner, out);
    } else if (key == "x_groq" && node.get(inner) == simdjson::SUCCESS) {
      if (auto spent = json::find_object(inner, "usage"))
        take_usage(*spent, out);
    } else {
      continue;
    }
    if (!taken)
      return taken;
    is_known = true;
  }
  if (!is_known)
    note_stranger(frame);
  return {};
}

result<void> openai_chat_stream::take_choices(const json::value& choices, chunks& out) {
  json::array list;
  if (choices.get(list) != simdjson::SUCCESS || is_stopped())
    return {};
  // Copilot splits one answer into two choices with the same index, each with its reason: the end
  // comes after all of them.
  std::string_view reason;
  spoke_ = false;
  for (auto node : list) {
    json::object choice;
    if (node.get(choice) != simdjson::SUCCESS)
      continue;
    if (auto taken = take_choice(choice, reason, out); !taken)
      return taken;
  }
  reasons_mislead_ = reasons_mislead_ || (spoke_ && finish_);
  return reason.empty() ? result<void>() : take_finish_reason(reason);
}

result<void> openai_chat_stream::take_choice(const json::object& choice, std::string_view& reason,
                                             chunks& out) {
  std::optional<json::object> delta, message;
  std::string_view ended_by;
  for (auto [key, node] : choice) {
    int64_t index = 0;
    json::object inner;
    if (key == "index" && node.get(index) == simdjson::SUCCESS && index != 0)
      return {}; // We ask for one answer.
    if (key == "delta" && node.get(inner) == simdjson::SUCCESS)
      delta = inner;
    else if (key == "message" && node.get(inner) == simdjson::SUCCESS)
      message = inner;
    else if (key == "error" && !node.is_null())
      return classify_frame(read_complaint(node));
    else if (key == "finish_reason")
      ended_by = string_of(node);
    else if (key == "usage" && node.get(inner) == simdjson::SUCCESS)
      take_usage(inner, out); // Moonshot's place.
  }
  answered_ = answered_ || delta || message || !ended_by.empty();
  if (!ended_by.empty())
    reason = ended_by;
  if (delta)
    if (auto taken = take_delta(*delta, out); !taken)
      return taken;
  return message ? take_message(*message, out) : result<void>();
}

/// Ollama's own format: the message lies in the frame itself, which says when it is the last.
result<void> openai_chat_stream::take_own_message(const json::object& frame, chunks& out) {
  auto message = json::find_object(frame, "message");
  if (json::find(frame, "choices") || is_stopped() || !message)
    return {};
  answered_ = true;
  spoke_ = false;
  if (auto taken = take_delta(*message, out); !taken)
    return taken;
  if (!json::find_bool(frame, "done").value_or(false))
    return {};
  return take_finish_reason(json::find_string(frame, "done_reason").value_or("stop"));
}

/// A whole message: all of the answer, or once more what was streamed.
result<void> openai_chat_stream::take_message(const json::object& message, chunks& out) {
  if (said_.empty() && calls_.empty() && !reasoned_)
    return take_delta(message, out);
  if (!reasoned_)
    take_reasoning_fields(message, out);
  auto content = json::find(message, "content");
  if (content && said_.empty()) {
    take_content(*content, out);
  } else if (auto rest = said_.rest_of(content ? string_of(*content) : "")) {
    said_.add(*rest);
    say_text(*rest, out);
  }
  auto calls = json::find(message, "tool_calls");
  return calls ? take_calls(*calls, true, out) : result<void>();
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
      taken = take_calls(node, false, out);
    } else if (key == "function_call") { // The form before tool_calls: one call, no id.
      taken = take_call(delta, 0, false, out);
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
    else if (key == "reasoning" ||
             ((key == "reasoning_text" || key == "thinking") && other.empty()))
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
  json::object only; // Instead of a list of one.
  if (content.get(only) == simdjson::SUCCESS)
    return take_content_part(only, out);
  if (content.get(parts) != simdjson::SUCCESS) {
    said_.add(string_of(content));
    return say_text(string_of(content), out);
  }
  for (auto node : parts) { // Mistral's form.
    json::object part;
    if (node.get(part) == simdjson::SUCCESS)
      take_content_part(part, out);
  }
}

void openai_chat_stream::take_content_part(const json::object& part, chunks& out) {
  if (auto text = json::find_string(part, "text")) {
    said_.add(*text);
    return say_answer(*text, out);
  }
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

/// @param again They are said once more: what was told already is not told again.
result<void> openai_chat_stream::take_calls(const json::value& calls, bool again, chunks& out) {
  json::array list;
  json::object only; // Instead of a list of one.
  if (calls.get(only) == simdjson::SUCCESS)
    return take_call(only, 0, again, out);
  if (calls.get(list) != simdjson::SUCCESS)
    return {};
  size_t place = 0;
  for (auto node : list) {
    json::object call;
    if (node.get(call) != simdjson::SUCCESS)
      continue;
    if (auto taken = take_call(call, place++, again, out); !taken)
      return taken;
  }
  return {};
}

/// @param place Within the list that it came in.
result<void> openai_chat_stream::take_call(const json::object& call, size_t place, bool again,
                                           chunks& out) {
  call_fragment piece;
  piece.index = number_of(json::find(call, "index"));
  piece.is_next = place > 0;
  auto id = text_at(call, "id");
  piece.id = id;
  auto function = json::find_object(call, "function");
  if (!function)
    function = json::find_object(call, "function_call");
  const auto& from = function ? *function : call;
  piece.name = json::find_string(from, "name").value_or("");
  auto arguments = text_at(from, "arguments");
  piece.arguments = arguments;
  if (piece.id.empty() && piece.name.empty() && piece.arguments.empty())
    return {};
  spoke_ = true;
  say_pieces(think_.finish(), out);
  end_reasoning(out);
  return again ? calls_.restate(place, piece, out) : calls_.add(piece, out);
}

result<void> openai_chat_stream::take_finish_reason(std::string_view word) {
  if (word == "error" || word == "insufficient_system_resource") // OpenRouter's, DeepSeek's.
    return make_error(ec::provider_failed, "the provider broke off the answer");
  auto why = stop_reason::end; // "stop" and "tool_calls" are mixed up by many.
  if (word == "length" || word == "max_tokens" || word == "repetition_truncation")
    why = stop_reason::length;
  else if (word == "content_filter" || word == "safety")
    why = stop_reason::filtered;
  else if (word == "refusal")
    why = stop_reason::refusal;
  else if (word == "model_context_window_exceeded" || word == "model_length")
    why = stop_reason::context_full;
  // A reason out of the ordinary is not taken back by an ordinary one.
  if (why != stop_reason::end || !finish_)
    finish_ = why;
  speaks_of_calls_ = word == "tool_calls" || word == "function_call";
  reason_stands_ = !spoke_;
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
  spoke_ = true;
  end_reasoning(out);
  add_text(out, chunk_kind::text, text);
}

void openai_chat_stream::say_reasoning(std::string_view text, chunks& out) {
  if (text.empty() && reasoning_open_)
    return;
  spoke_ = true;
  reasoned_ = true;
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

result<void> openai_chat_stream::end_answer(chunks& out) {
  if (is_stopped())
    return {};
  say_pieces(think_.finish(), out);
  end_reasoning(out);
  auto why = finish_.value_or(stop_reason::end);
  calls_.finish(why == stop_reason::end ? calls_end::complete : calls_end::cut_short, out);
  if (why == stop_reason::end)
    why = natural_end();
  if (why == stop_reason::end && speaks_of_calls_)
    return make_error(ec::provider_failed, "the provider spoke of a tool call and sent none");
  say_stop(why, out);
  return {};
}

} // namespace kodad::proto::provider
