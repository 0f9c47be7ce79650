#include "proto/provider/call_assembler.hpp"

#include "proto/limits.hpp"

#include <utility>

namespace kodad::proto::provider {

namespace {

constexpr std::string_view blanks = " \t\r\n";

// A server that says all of the arguments again with each piece: the last ones are the longest.
constexpr size_t restarts_max = 16;

std::string_view trim(std::string_view text) {
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

bool has_same_name(std::string_view known, std::string_view name) {
  return known.empty() || name.starts_with(known);
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
  if (call.begun && piece.arguments == call.arguments && reader_.is_object(call.arguments))
    return {}; // Some servers close with the whole call once more.
  if (call.id.empty())
    call.id = piece.id;
  take_name(call, piece.name);
  auto more = take_arguments(call, piece.arguments);
  bool begins = !call.begun && !call.name.empty();
  if (begins)
    begin(place, out);
  // What came before the name follows now.
  auto& text = begins ? call.arguments : more;
  if (call.begun && !text.empty())
    out.emplace_back(chunk_of(chunk_kind::tool_input, place)).text = text;
  return {};
}

void call_assembler::take_name(open_call& into, std::string_view name) {
  if (name.starts_with(into.name))
    into.name = name; // The first time, once more, or more of it.
  else if (into.arguments.empty())
    into.name.append(name); // The next piece of it.
}

/// Does the piece go on with the last one by saying it again, as that did with the first?
bool call_assembler::says_all_again(const open_call& call, std::string_view piece) {
  if (call.restarts.empty())
    return false;
  auto last = std::string_view(call.arguments).substr(call.restarts.back());
  auto first = std::string_view(call.arguments).substr(0, call.restarts.front());
  return piece.starts_with(last) && last.starts_with(first);
}

/// What the piece adds to the text.
std::string call_assembler::take_arguments(open_call& into, std::string_view piece) {
  auto more = into.halves.feed(piece);
  if (says_all_again(into, more)) {
    into.arguments.resize(into.restarts.back());
  } else if (!into.arguments.empty() && trim(more).starts_with('{')) {
    into.restarts.push_back(into.arguments.size());
    if (into.restarts.size() > restarts_max)
      into.restarts.erase(into.restarts.begin() + 1); // The first tells how it all began.
  }
  if (into.arguments.size() <= limits::tool_input_bytes)
    into.arguments.append(more);
  return more;
}

result<void> call_assembler::settle(const call_fragment& whole, std::vector<stream_chunk>& out) {
  size_t place = 0;
  while (place < calls_.size() && calls_[place].wire_index != whole.index)
    ++place;
  return settle_at(place, whole, out);
}

result<void> call_assembler::restate(size_t place, const call_fragment& whole,
                                     std::vector<stream_chunk>& out) {
  for (size_t known = 0; known < calls_.size(); ++known)
    if (!whole.id.empty() && calls_[known].id == whole.id)
      return settle_at(known, whole, out);
  // Ids may be made anew for the whole message.
  bool is_known = place < calls_.size() && has_same_name(calls_[place].name, whole.name);
  if (is_known && !whole.id.empty() && !calls_[place].id.empty()) {
    const auto& call = calls_[place];
    is_known = reader_.read(call.arguments, call.restarts, calls_end::complete) ==
               reader_.read(whole.arguments, {}, calls_end::complete);
  }
  return settle_at(is_known ? place : calls_.size(), whole, out);
}

result<void> call_assembler::settle_at(size_t place, const call_fragment& whole,
                                       std::vector<stream_chunk>& out) {
  if (place == calls_.size()) {
    if (place == limits::calls_per_answer)
      return make_error(ec::provider_failed, "the provider sent too many tool calls at once");
    calls_.emplace_back().wire_index = whole.index;
  }
  auto& call = calls_[place];
  if (call.id.empty())
    call.id = whole.id;
  if (!whole.name.empty())
    call.name = whole.name;
  auto before = std::exchange(call.arguments, std::string());
  call.arguments = whole.arguments.empty()
                       ? before
                       : text::join_halves(whole.arguments, text::lone_half::spelled);
  if (!whole.arguments.empty())
    call.restarts.clear();
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
  auto latest = find(piece);
  if (numbers_ == call_numbers::own)
    return latest.value_or(calls_.size());
  if (!latest)
    return place_of_new_index(piece);
  // Without a name it goes on, whatever its id: some servers make one for each piece.
  return piece.name.empty() ? *latest : place_of_named(*latest, piece);
}

/// The latest call at the fragment's index, or of all where it has none; the one of its id if there
/// is one among them.
std::optional<size_t> call_assembler::find(const call_fragment& piece) const {
  std::optional<size_t> latest;
  for (size_t place = calls_.size(); place-- > 0;) {
    const auto& call = calls_[place];
    if (piece.index && call.wire_index != piece.index)
      continue;
    if (!latest)
      latest = place;
    if (numbers_ == call_numbers::as_sent && !piece.id.empty() && call.id == piece.id)
      return place;
  }
  return latest;
}

/// Where a piece belongs whose index no call has.
size_t call_assembler::place_of_new_index(const call_fragment& piece) {
  if (!piece.name.empty() || calls_.empty())
    return calls_.size();
  for (size_t place = calls_.size(); place-- > 0 && !piece.id.empty();)
    if (calls_[place].id == piece.id)
      return place;
  // A server that counts pieces, not calls.
  bool goes_on = piece.id.empty() && !is_whole(calls_.back());
  return goes_on ? calls_.size() - 1 : calls_.size();
}

/// Does a piece with a name go on with the latest call, or is it another one?
size_t call_assembler::place_of_named(size_t latest, const call_fragment& piece) {
  const auto& call = calls_[latest];
  auto another = calls_.size();
  bool same_id = piece.id.empty() || call.id.empty() || piece.id == call.id;
  bool same_name = has_same_name(call.name, piece.name);
  auto arguments = trim(piece.arguments);
  if (piece.is_next && !piece.index && (piece.id.empty() || !same_id))
    return another;
  if (is_whole(call)) {
    bool begins = arguments.starts_with('{') || arguments.starts_with('"');
    bool repeats = same_id && same_name &&
                   (!begins || arguments == trim(call.arguments) || trim(call.arguments) == "{}");
    return repeats ? latest : another;
  }
  if (call.arguments.empty()) {
    // Two calls have two ids, and arguments before the next one begins.
    bool goes_on = same_id || (same_name && !arguments.empty());
    return goes_on ? latest : another;
  }
  return same_name ? latest : another;
}

bool call_assembler::is_whole(const open_call& call) {
  auto text = trim(call.arguments);
  if (text.starts_with('"') && text.size() > 1 && text.ends_with('"'))
    return reader_.read(text, {}, calls_end::complete).has_value();
  return reader_.is_object(text);
}

void call_assembler::begin(size_t place, std::vector<stream_chunk>& out) {
  auto& call = calls_[place];
  call.begun = true;
  auto& told = out.emplace_back(chunk_of(chunk_kind::tool_begin, place));
  told.call_id = call.id;
  told.tool = call.name;
}

bool call_assembler::empty() const {
  for (const auto& call : calls_)
    if (!call.name.empty() || !call.arguments.empty())
      return false;
  return true;
}

void call_assembler::finish(calls_end how, std::vector<stream_chunk>& out) {
  for (auto& call : calls_)
    call.arguments.append(call.halves.flush());
  join_nameless(how);
  for (size_t place = 0; place < calls_.size(); ++place) {
    auto& call = calls_[place];
    if (call.name.empty() && call.arguments.empty())
      continue;
    if (!call.begun)
      begin(place, out);
    auto& told = out.emplace_back(chunk_of(chunk_kind::tool_end, place));
    told.call_id = call.id;
    told.tool = call.name;
    auto whole = reader_.read(call.arguments, call.restarts, how);
    told.text = whole ? *whole : std::string(trim(call.arguments));
  }
}

/// A call that never got a name may be the rest of the one before it, whose id it does not share.
void call_assembler::join_nameless(calls_end how) {
  for (size_t place = 1; place < calls_.size(); ++place) {
    auto& rest = calls_[place];
    auto& call = calls_[place - 1];
    if (!rest.name.empty() || rest.arguments.empty() || call.name.empty())
      continue;
    if (reader_.read(call.arguments, call.restarts, how) && !call.arguments.empty())
      continue;
    call.arguments += std::exchange(rest.arguments, {});
  }
}

} // namespace kodad::proto::provider
