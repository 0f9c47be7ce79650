#include "proto/provider/call_assembler.hpp"

#include "proto/json/mend.hpp"
#include "proto/limits.hpp"

#include <utility>

namespace kodad::proto::provider {

namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

stream_chunk chunk_of(chunk_kind kind, size_t place) {
  stream_chunk out;
  out.kind = kind;
  out.index = static_cast<uint32_t>(place);
  return out;
}

} // namespace

result<void> call_assembler::add(const call_fragment& piece, std::vector<stream_chunk>& out) {
  auto place = place_of(piece);
  if (place == calls_.size()) {
    if (place == limits::calls_per_answer)
      return make_error(ec::provider_failed, "the provider sent too many tool calls at once");
    calls_.emplace_back().wire_index = piece.index;
  }
  auto& call = calls_[place];
  bool repeated = call.begun && !piece.name.empty() && piece.arguments == call.arguments;
  if (repeated && is_object(call.arguments))
    return {}; // Some servers close with the whole call once more.
  if (call.id.empty())
    call.id = piece.id;
  if (call.name.empty())
    call.name = piece.name;
  if (call.arguments.size() <= limits::tool_input_bytes)
    call.arguments.append(piece.arguments);
  bool begins = !call.begun && !call.name.empty();
  if (begins)
    begin(place, out);
  // What came before the name follows now.
  auto text = begins ? std::string_view(call.arguments) : piece.arguments;
  if (call.begun && !text.empty())
    out.emplace_back(chunk_of(chunk_kind::tool_input, place)).text = text;
  return {};
}

result<void> call_assembler::settle(const call_fragment& whole, std::vector<stream_chunk>& out) {
  size_t place = 0;
  while (place < calls_.size() && calls_[place].wire_index != whole.index)
    ++place;
  if (place == calls_.size())
    return add(whole, out);
  auto& call = calls_[place];
  if (call.id.empty())
    call.id = whole.id;
  if (call.name.empty())
    call.name = whole.name;
  auto before = std::exchange(call.arguments, std::string());
  call.arguments = whole.arguments.empty() ? std::string_view(before) : whole.arguments;
  std::string_view rest = call.arguments;
  if (!call.begun && !call.name.empty())
    begin(place, out);
  else if (rest.starts_with(before) && before.size() <= limits::tool_input_bytes)
    rest.remove_prefix(before.size());
  else
    rest = {}; // Pieces that were told cannot be taken back.
  if (call.begun && !rest.empty())
    out.emplace_back(chunk_of(chunk_kind::tool_input, place)).text = rest;
  if (call.arguments.size() > limits::tool_input_bytes)
    call.arguments.resize(limits::tool_input_bytes + 1);
  return {};
}

size_t call_assembler::place_of(const call_fragment& piece) {
  auto place = piece.index ? place_by_index(piece) : place_without_index(piece);
  if (place == calls_.size())
    return place;
  const auto& call = calls_[place];
  // Without an id to tell by: a name after whole arguments begins another call.
  bool anew = piece.id.empty() && !piece.name.empty() && !piece.arguments.empty() && call.begun &&
              piece.arguments != call.arguments && is_object(call.arguments);
  return anew ? calls_.size() : place;
}

size_t call_assembler::place_by_index(const call_fragment& piece) const {
  for (size_t place = calls_.size(); place-- > 0;) {
    const auto& call = calls_[place];
    if (call.wire_index != piece.index)
      continue;
    // Old Ollama numbers every call 0: another id is another call.
    bool other = !piece.id.empty() && !call.id.empty() && piece.id != call.id;
    if (!other)
      return place;
    if (piece.name.empty() && piece.arguments.empty())
      return place;
    break;
  }
  return calls_.size();
}

size_t call_assembler::place_without_index(const call_fragment& piece) const {
  if (piece.id.empty())
    return calls_.empty() ? 0 : calls_.size() - 1;
  for (size_t place = 0; place < calls_.size(); ++place)
    if (calls_[place].id == piece.id)
      return place;
  return calls_.size();
}

void call_assembler::begin(size_t place, std::vector<stream_chunk>& out) {
  auto& call = calls_[place];
  call.begun = true;
  auto& told = out.emplace_back(chunk_of(chunk_kind::tool_begin, place));
  told.call_id = call.id;
  told.tool = call.name;
}

void call_assembler::finish(calls_end how, std::vector<stream_chunk>& out) {
  for (size_t place = 0; place < calls_.size(); ++place) {
    if (!calls_[place].begun)
      begin(place, out);
    out.emplace_back(chunk_of(chunk_kind::tool_end, place)).text =
        whole_arguments(calls_[place], how);
  }
}

std::string call_assembler::whole_arguments(const open_call& of, calls_end how) {
  auto text = trim(of.arguments);
  if (text.empty() && how == calls_end::cut_short)
    return {};
  if (text.empty() || text == "null")
    return "{}";
  if (is_object(text))
    return std::string(text);
  auto mended = json::mend(text);
  return is_object(mended) ? mended : std::string(text);
}

bool call_assembler::is_object(std::string_view text) {
  return text.starts_with('{') && text.ends_with('}') && parse_.parse_object(text).ok();
}

} // namespace kodad::proto::provider
