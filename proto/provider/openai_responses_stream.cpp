#include "proto/provider/openai_responses_stream.hpp"

#include "proto/json/writer.hpp"
#include "proto/limits.hpp"
#include "proto/provider/classify.hpp"
#include "proto/provider/openai_usage.hpp"

#include <array>
#include <utility>

namespace kodad::proto::provider {

namespace {

// Paragraphs of reasoning proper are numbered apart from those of its summary.
constexpr int64_t content_paragraphs = int64_t{1} << 32;

/// Is this an answer that has ended?
bool is_response(const json::object& frame) {
  auto status = text_of(frame, "status");
  bool is_answer = text_of(frame, "object") == "response" || json::find_array(frame, "output");
  return is_answer && status != "in_progress" && status != "queued";
}

} // namespace

openai_responses_stream::taker openai_responses_stream::taker_of(std::string_view type) {
  using self = openai_responses_stream;
  static constexpr std::array<std::pair<std::string_view, taker>, 14> takers{{
      {"response.output_text.delta", &self::take_text_delta},
      {"response.function_call_arguments.delta", &self::take_arguments_delta},
      {"response.reasoning_summary_text.delta", &self::take_summary_delta},
      {"response.reasoning_text.delta", &self::take_reasoning_delta},
      {"response.refusal.delta", &self::take_refusal_delta},
      {"response.output_item.added", &self::take_item_added},
      {"response.output_item.done", &self::take_item_done},
      {"response.output_text.done", &self::take_text_done},
      {"response.refusal.done", &self::take_text_done},
      {"response.function_call_arguments.done", &self::take_arguments_done},
      {"response.completed", &self::take_end},
      {"response.incomplete", &self::take_end},
      {"response.failed", &self::take_end},
      {"response.done", &self::take_end}, // What some gateways say for "completed".
  }};
  for (const auto& [name, take] : takers)
    if (name == type)
      return take;
  return nullptr;
}

result<void> openai_responses_stream::take_frame(std::string_view type, const json::object& frame,
                                                 chunks& out) {
  if (is_stopped())
    return {};
  auto kind = json::find_string(frame, "type").value_or(type);
  auto take = taker_of(kind);
  if (is_response(frame) && (kind == "message" || take == &openai_responses_stream::take_end)) {
    begun_ = true; // The answer itself, not in an event or not within it.
    return finish_answer(kind, frame, out);
  }
  bool is_known = kind.starts_with("response.");
  begun_ = begun_ || is_known;
  if (!is_known)
    note_stranger(frame);
  return take ? (this->*take)(frame, out) : result<void>();
}

void openai_responses_stream::note_item(size_t place, const json::object& from) {
  auto& item = items_[place];
  item.kind = kind_of_item(text_of(from, "type"));
  if (auto id = text_of(from, "call_id"); !id.empty())
    item.call_id = id;
}

result<void> openai_responses_stream::take_item_added(const json::object& frame, chunks& out) {
  auto from = json::find_object(frame, "item");
  if (!from)
    return {};
  auto place = items_.place_of(json::find_integer(frame, "output_index"), text_of(*from, "id"));
  if (!place)
    return place.failure();
  note_item(*place, *from);
  // The call of a custom tool begins at its end: its text is no JSON until it is whole.
  return text_of(*from, "type") == "function_call" ? begin_call(*place, *from, out)
                                                   : result<void>();
}

result<void> openai_responses_stream::take_item_done(const json::object& frame, chunks& out) {
  auto from = json::find_object(frame, "item");
  if (!from)
    return {};
  auto place = items_.place_of(json::find_integer(frame, "output_index"), text_of(*from, "id"));
  if (!place)
    return place.failure();
  return finish_item(*place, *from, out);
}

result<void> openai_responses_stream::take_text_delta(const json::object& frame, chunks& out) {
  auto place = items_.place_for(frame);
  if (!place)
    return place.failure();
  say(*place, chunk_kind::text, text_of(frame, "delta"), out);
  return {};
}

result<void> openai_responses_stream::take_refusal_delta(const json::object& frame, chunks& out) {
  refused_ = refused_ || !text_of(frame, "delta").empty();
  return take_text_delta(frame, out);
}

result<void> openai_responses_stream::take_text_done(const json::object& frame, chunks& out) {
  auto place = items_.place_for(frame);
  if (!place)
    return place.failure();
  refused_ = refused_ || !text_of(frame, "refusal").empty();
  auto whole = text_of(frame, "text");
  // One part of perhaps several: without a delta it is told here, else at the item's end.
  if (items_[*place].said.empty())
    say(*place, chunk_kind::text, whole.empty() ? text_of(frame, "refusal") : whole, out);
  return {};
}

result<void> openai_responses_stream::take_summary_delta(const json::object& frame, chunks& out) {
  return take_paragraph(frame, json::find_integer(frame, "summary_index").value_or(0), out);
}

result<void> openai_responses_stream::take_reasoning_delta(const json::object& frame, chunks& out) {
  auto number = json::find_integer(frame, "content_index").value_or(0);
  return take_paragraph(frame, content_paragraphs | number, out);
}

result<void> openai_responses_stream::take_paragraph(const json::object& frame, int64_t number,
                                                     chunks& out) {
  auto place = items_.place_for(frame);
  if (!place)
    return place.failure();
  auto text = text_of(frame, "delta");
  if (text.empty())
    return {};
  auto& told = items_[*place];
  if (told.paragraph && told.paragraph != number && !told.said.empty())
    say(*place, chunk_kind::reasoning, "\n\n", out);
  told.paragraph = number;
  say(*place, chunk_kind::reasoning, text, out);
  return {};
}

result<void> openai_responses_stream::take_arguments_delta(const json::object& frame, chunks& out) {
  auto place = items_.place_for(frame);
  if (!place)
    return place.failure();
  items_[*place].kind = item_kind::call;
  if (items_[*place].done)
    return {};
  call_fragment piece;
  piece.index = static_cast<int64_t>(*place);
  piece.arguments = text_of(frame, "delta");
  return calls_.add(piece, out);
}

result<void> openai_responses_stream::take_arguments_done(const json::object& frame, chunks& out) {
  auto place = items_.place_for(frame);
  if (!place)
    return place.failure();
  items_[*place].kind = item_kind::call;
  if (items_[*place].done)
    return {};
  call_fragment whole;
  whole.index = static_cast<int64_t>(*place);
  whole.name = text_of(frame, "name");
  whole.arguments = text_of(frame, "arguments");
  return calls_.settle(whole, out);
}

result<void> openai_responses_stream::finish_item(size_t place, const json::object& from,
                                                  chunks& out) {
  if (std::exchange(items_[place].done, true))
    return {};
  note_item(place, from);
  auto type = text_of(from, "type");
  if (type == "message")
    finish_message(place, from, out);
  else if (type == "reasoning")
    finish_reasoning(place, from, out);
  else if (type == "function_call" || type == "custom_tool_call")
    return finish_call(place, from, out);
  return {};
}

void openai_responses_stream::finish_message(size_t place, const json::object& from, chunks& out) {
  refused_ = refused_ || has_refusal(from);
  std::string whole;
  join_texts(whole, from, "content", "");
  say_rest(place, chunk_kind::text, whole, out);
  auto phase = text_of(from, "phase");
  if (!phase.empty() && !items_[place].said.empty())
    say_opaque(place, R"({"phase":)" + json::quote(phase) + "}", out);
}

void openai_responses_stream::finish_reasoning(size_t place, const json::object& from,
                                               chunks& out) {
  std::string whole;
  join_texts(whole, from, "summary", "\n\n");
  join_texts(whole, from, "content", "\n\n");
  say_rest(place, chunk_kind::reasoning, whole, out);
  if (auto sealed = sealed_reasoning(from); !sealed.empty()) {
    if (items_[place].said.empty()) {
      enter(place, chunk_kind::reasoning, out);
      add_text(out, chunk_kind::reasoning, ""); // Begins the part that holds only what is sealed.
    }
    say_opaque(place, std::move(sealed), out);
  }
  if (speaking_ == place)
    end_reasoning(out);
}

result<void> openai_responses_stream::begin_call(size_t place, const json::object& from,
                                                 chunks& out) {
  end_reasoning(out);
  speaking_.reset();
  call_fragment piece;
  piece.index = static_cast<int64_t>(place);
  piece.id = text_of(from, "call_id");
  piece.name = text_of(from, "name");
  return calls_.add(piece, out);
}

result<void> openai_responses_stream::finish_call(size_t place, const json::object& from,
                                                  chunks& out) {
  end_reasoning(out);
  speaking_.reset();
  call_fragment whole;
  whole.index = static_cast<int64_t>(place);
  whole.id = text_of(from, "call_id");
  if (whole.id.empty())
    whole.id = text_of(from, "id");
  whole.name = text_of(from, "name");
  std::string as_text;
  if (text_of(from, "type") == "custom_tool_call")
    as_text = R"({"input":)" + json::quote(text_of(from, "input")) + "}";
  else if (auto arguments = json::find(from, "arguments"); arguments && arguments->is_object())
    as_text = json::to_text(*arguments);
  whole.arguments = as_text.empty() ? text_of(from, "arguments") : as_text;
  return calls_.settle(whole, out);
}

result<void> openai_responses_stream::take_end(const json::object& frame, chunks& out) {
  return finish_answer(text_of(frame, "type"), json::find_object(frame, "response"), out);
}

/// @param type The event's, also where the answer came as a whole.
result<void> openai_responses_stream::finish_answer(std::string_view type,
                                                    const std::optional<json::object>& response,
                                                    chunks& out) {
  auto status = response ? text_of(*response, "status") : std::string_view();
  if (type == "response.failed" || status == "failed" || status == "cancelled")
    return classify_frame(response ? read_complaint(*response) : complaint{});
  auto output = response ? json::find_array(*response, "output") : std::nullopt;
  auto details = response ? json::find_object(*response, "incomplete_details") : std::nullopt;
  auto reason = details ? text_of(*details, "reason") : std::string_view();
  bool cut = type == "response.incomplete" || status == "incomplete" || !reason.empty();
  if (items_.empty() && !output && !cut)
    return make_error(ec::provider_failed, "the provider ended without an answer");
  if (output)
    if (auto taken = take_output(*output, out); !taken)
      return taken;
  end_reasoning(out);
  calls_.finish(cut ? calls_end::cut_short : calls_end::complete, out);
  if (response)
    take_usage(*response, out);
  if (cut)
    say_stop(reason == "content_filter" ? stop_reason::filtered : stop_reason::length, out);
  else
    say_stop(natural_end(), out);
  return {};
}

/// What the stream left out: all of an answer of which only the end came, whole items, or their
/// ends.
result<void> openai_responses_stream::take_output(const json::array& output, chunks& out) {
  int64_t number = -1;
  for (auto node : output) {
    ++number;
    json::object from;
    if (node.get(from) != simdjson::SUCCESS || text_of(from, "type").empty())
      continue;
    auto place = result<size_t>(items_.place_of_output(from, number));
    if (*place == items_.size())
      place = items_.add(std::nullopt, text_of(from, "id"));
    if (!place)
      return place.failure();
    items_[*place].in_output = true;
    if (auto taken = finish_item(*place, from, out); !taken)
      return taken;
  }
  return {};
}

void openai_responses_stream::take_usage(const json::object& response, chunks& out) {
  auto spent = json::find_object(response, "usage");
  if (!spent)
    return;
  auto& told = out.emplace_back();
  told.kind = chunk_kind::usage;
  told.spent = read_responses_usage(*spent);
}

stop_reason openai_responses_stream::natural_end() const {
  if (!calls_.empty())
    return stop_reason::tool_calls;
  return refused_ ? stop_reason::refusal : stop_reason::end;
}

void openai_responses_stream::say(size_t place, chunk_kind kind, std::string_view text,
                                  chunks& out) {
  if (text.empty() || items_[place].done)
    return;
  enter(place, kind, out);
  auto& item = items_[place];
  item.said += text;
  if (item.kind == item_kind::unknown)
    item.kind = kind == chunk_kind::text ? item_kind::message : item_kind::reasoning;
  add_text(out, kind, text);
}

/// What of the whole text no delta told. Where the two contradict, the deltas stand.
void openai_responses_stream::say_rest(size_t place, chunk_kind kind, std::string_view whole,
                                       chunks& out) {
  auto& said = items_[place].said;
  auto joined = text::join_halves(said); // Halves of characters may have come in two events.
  if (!whole.starts_with(joined) || whole.size() == joined.size())
    return;
  auto rest = whole.substr(joined.size());
  enter(place, kind, out);
  said = whole;
  add_text(out, kind, rest);
}

void openai_responses_stream::say_opaque(size_t place, std::string opaque, chunks& out) {
  opaque_bytes_ += opaque.size();
  // Behind another item's text it would count for that.
  if (speaking_ != place || opaque_bytes_ > limits::opaque_bytes)
    return;
  auto& told = out.emplace_back();
  told.kind = chunk_kind::opaque;
  told.text = std::move(opaque);
}

/// From now on it is this item that speaks.
void openai_responses_stream::enter(size_t place, chunk_kind kind, chunks& out) {
  if (speaking_ == place && speaks_ == kind)
    return;
  end_reasoning(out);
  if (speaking_ && speaks_ == kind)
    out.emplace_back().kind = chunk_kind::part_end;
  speaking_ = place;
  speaks_ = kind;
  reasoning_open_ = kind == chunk_kind::reasoning;
}

void openai_responses_stream::end_reasoning(chunks& out) {
  if (!std::exchange(reasoning_open_, false))
    return;
  out.emplace_back().kind = chunk_kind::reasoning_end;
}

} // namespace kodad::proto::provider
