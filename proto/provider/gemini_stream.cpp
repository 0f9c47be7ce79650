#include "proto/provider/gemini_stream.hpp"

#include "proto/json/writer.hpp"
#include "proto/limits.hpp"
#include "proto/provider/classify.hpp"

#include <algorithm>
#include <initializer_list>

namespace kodad::proto::provider {

namespace {

error malformed(std::string what) {
  return make_error(ec::provider_failed, "the provider sent " + std::move(what));
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string arguments_of(const std::optional<json::value>& args) {
  if (!args)
    return "{}";
  std::string_view text;
  return args->get(text) == simdjson::SUCCESS ? std::string(text) : json::to_text(*args);
}

} // namespace

result<void> gemini_stream::take_end(body_end how, chunks& out) {
  bool is_whole = how == body_end::orderly && finish_;
  bool is_forgotten = how == body_end::silent && finish_ && reason_stands_ && !reasons_mislead_;
  if (!is_whole && !is_forgotten)
    return cut_off();
  if (partial_ && *finish_ == stop_reason::end)
    return malformed("half a tool call");
  end_answer(out);
  return {};
}

result<void> gemini_stream::take_frame(std::string_view, const json::object& frame, chunks& out) {
  if (auto counts = json::find_object(frame, "usageMetadata")) {
    counts_.take(*counts);
    say_usage(out);
  }
  // The prompt was refused: no answer begins, as with the other providers' error for it.
  if (auto feedback = json::find_object(frame, "promptFeedback")) {
    auto why = json::find_string(*feedback, "blockReason").value_or("");
    if (!why.empty() && why != "BLOCK_REASON_UNSPECIFIED")
      return make_error(ec::content_filtered, "the provider blocked the prompt");
  }
  auto candidates = json::find_array(frame, "candidates");
  if (!candidates) {
    if (!json::find(frame, "usageMetadata") && !json::find(frame, "promptFeedback"))
      note_stranger(frame);
    return {};
  }
  for (auto node : *candidates) {
    json::object candidate;
    if (node.get(candidate) != simdjson::SUCCESS)
      continue;
    if (auto taken = take_candidate(candidate, out); !taken)
      return taken;
  }
  return {};
}

result<void> gemini_stream::take_candidate(const json::object& candidate, chunks& out) {
  if (json::find_integer(candidate, "index").value_or(0) != 0)
    return {}; // We ask for one answer.
  begun_ = true;
  spoke_ = false;
  auto content = json::find_object(candidate, "content");
  auto parts = content ? json::find_array(*content, "parts") : std::nullopt;
  if (parts)
    if (auto taken = take_parts(*parts, out); !taken)
      return taken;
  reasons_mislead_ = reasons_mislead_ || (spoke_ && finish_);
  auto reason = json::find_string(candidate, "finishReason").value_or("");
  return reason.empty() ? result<void>() : take_finish_reason(reason);
}

result<void> gemini_stream::take_parts(const json::array& parts, chunks& out) {
  for (auto node : parts) {
    json::object part;
    if (node.get(part) != simdjson::SUCCESS)
      continue;
    if (auto taken = take_part(part, out); !taken)
      return taken;
  }
  return {};
}

result<void> gemini_stream::take_part(const json::object& part, chunks& out) {
  auto signature = json::find_string(part, "thoughtSignature").value_or("");
  opaque_bytes_ += signature.size();
  if (opaque_bytes_ > limits::opaque_bytes)
    signature = {};
  if (auto call = json::find_object(part, "functionCall"))
    return take_call(*call, signature, out);
  auto text = json::find_string(part, "text");
  if (!text) // Files and the work of Google's own tools, none of which we ask for.
    return {};
  bool is_thought = json::find_bool(part, "thought").value_or(false);
  say(is_thought ? chunk_kind::reasoning : chunk_kind::text, *text, signature, out);
  return {};
}

result<void> gemini_stream::take_call(const json::object& from, std::string_view signature,
                                      chunks& out) {
  call_fragment call;
  call.index = calls_begun_;
  call.name = json::find_string(from, "name").value_or("");
  bool in_pieces = json::find_array(from, "partialArgs").has_value();
  if (partial_ && !call.name.empty() && !in_pieces)
    return malformed("half a tool call"); // Another one begins.
  if (partial_)
    return go_on_with_call(from, out);
  auto args = json::find(from, "args");
  if (call.name.empty() && !args)
    return {}; // The end of a call that is whole already.
  if (call.name.empty())
    return malformed("a tool call without a name");
  auto own_id = json::find_string(from, "id").value_or("");
  bool goes_on = json::find_bool(from, "willContinue").value_or(false);
  std::string arguments;
  if (goes_on || in_pieces)
    partial_.emplace();
  else
    arguments = arguments_of(args);
  call.arguments = arguments;
  if (auto begun = begin_call(call, own_id, signature, out); !begun)
    return begun;
  return partial_ ? go_on_with_call(from, out) : result<void>();
}

result<void> gemini_stream::begin_call(const call_fragment& call, std::string_view own_id,
                                       std::string_view signature, chunks& out) {
  spoke_ = true;
  end_reasoning(out);
  open_.reset();
  ++calls_begun_;
  // Who runs the calls tells them apart by their ids; Gemini itself goes by their order.
  auto made_id = "call_" + std::to_string(calls_begun_);
  auto named = call;
  named.id = own_id.empty() ? std::string_view(made_id) : own_id;
  if (auto added = calls_.add(named, out); !added)
    return added;
  say_opaque(signature, own_id, out);
  return {};
}

/// The pieces of a call that comes in several; the one that does not say it goes on is the last.
result<void> gemini_stream::go_on_with_call(const json::object& from, chunks& out) {
  auto pieces = json::find_array(from, "partialArgs");
  if (pieces && !partial_->add(*pieces))
    return malformed("arguments of an unknown form");
  if (json::find_bool(from, "willContinue").value_or(false))
    return {};
  auto arguments = partial_->text();
  partial_.reset();
  call_fragment rest;
  rest.index = calls_begun_ - 1;
  rest.arguments = arguments;
  return calls_.add(rest, out);
}

result<void> gemini_stream::take_finish_reason(std::string_view word) {
  // The model got a call wrong, or stopped without a reason: another try may go well.
  if (is_one_of(word, {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
                       "MALFORMED_RESPONSE", "OTHER"}))
    return make_error(ec::provider_failed, "the provider broke off: " + std::string(word));
  if (word == "MISSING_THOUGHT_SIGNATURE")
    return make_error(ec::provider_refused, "the provider misses a signature");
  if (word == "MAX_TOKENS")
    finish_ = stop_reason::length;
  else if (word.starts_with("IMAGE_") ||
           is_one_of(word, {"SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT",
                            "SPII", "MODEL_ARMOR"}))
    finish_ = stop_reason::filtered;
  else
    finish_ = stop_reason::end; // "STOP", for calls too.
  reason_stands_ = !spoke_;
  return {};
}

void gemini_stream::say(chunk_kind kind, std::string_view text, std::string_view signature,
                        chunks& out) {
  if (text.empty() && signature.empty())
    return;
  spoke_ = true;
  if (kind != chunk_kind::reasoning)
    end_reasoning(out);
  reasoning_open_ = kind == chunk_kind::reasoning;
  if (open_ == kind && (open_signed_ || !signature.empty()))
    out.emplace_back().kind = chunk_kind::part_end;
  open_ = kind;
  open_signed_ = !signature.empty();
  add_text(out, kind, text);
  say_opaque(signature, "", out);
}

void gemini_stream::say_opaque(std::string_view signature, std::string_view id, chunks& out) {
  if (signature.empty() && id.empty())
    return;
  json::writer opaque;
  opaque.begin_object();
  if (!signature.empty())
    opaque.key("thoughtSignature").string(signature);
  if (!id.empty())
    opaque.key("id").string(id);
  opaque.end_object();
  auto& told = out.emplace_back();
  told.kind = chunk_kind::opaque;
  told.text = opaque.take();
}

void gemini_stream::say_usage(chunks& out) {
  auto now = counts_.sum();
  if (now == told_)
    return;
  told_ = now;
  auto& told = out.emplace_back();
  told.kind = chunk_kind::usage;
  told.spent = now;
}

void gemini_stream::end_reasoning(chunks& out) {
  if (!reasoning_open_)
    return;
  reasoning_open_ = false;
  out.emplace_back().kind = chunk_kind::reasoning_end;
}

void gemini_stream::end_answer(chunks& out) {
  end_reasoning(out);
  auto how = *finish_ == stop_reason::end ? calls_end::complete : calls_end::cut_short;
  calls_.finish(how, out);
  bool calls = *finish_ == stop_reason::end && !calls_.empty();
  say_stop(calls ? stop_reason::tool_calls : *finish_, out);
}

} // namespace kodad::proto::provider
