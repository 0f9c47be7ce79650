#include "actors/tools/output/output_reader.hpp"

#include "actors/error.hpp"
#include "actors/tools/exec/output_keeper.hpp"
#include "actors/tools/output/output_range.hpp"
#include "proto/limits.hpp"
#include "storage/message_store.hpp"
#include "storage/session_store.hpp"

namespace kodad::actors {

using proto::ec;
using proto::result;

namespace {

/// A tool call as its message tells it.
struct told_call {
  uint32_t turn = 0;
  std::string output;
};

/// The newest call of that id: a provider may use one again in a later turn.
result<std::optional<told_call>> find_call(const storage::snapshot& at, const read_output& which) {
  std::optional<told_call> out;
  std::optional<proto::message_id> after;
  for (bool is_more = true; is_more;) {
    auto page =
        storage::message_store::page(at, which.session, {proto::limits::page_default, {}, after});
    if (!page)
      return page.failure();
    for (const auto& message : page->messages)
      for (const auto& piece : message.parts)
        if (piece.shown.call_id == which.call)
          out = told_call{message.head.turn, piece.shown.output.value_or("")};
    is_more = page->has_newer && !page->messages.empty();
    if (is_more)
      after = page->messages.back().head.id;
  }
  return out;
}

result<output_text> cut_out(const read_output& which, told_call call) {
  auto span = resolve(which.range, call.output.size());
  if (!span)
    return span.failure();
  return output_text{call.output.substr(span->first, span->count), span->first, call.output.size(),
                     output_keeper::says_cut(call.output)};
}

result<output_text> read(const output_sources& from, const read_output& which) {
  auto at = from.database->read();
  auto exists = storage::session_store::contains(at, which.session);
  if (!exists)
    return exists.failure();
  if (!*exists)
    return proto::make_error(ec::session_not_found, "there is no such session");
  auto call = find_call(at, which);
  if (!call)
    return call.failure();
  if (!*call)
    return proto::make_error(ec::output_not_found, "there is no output of such a tool call");
  auto file = from.files.open({which.session, (*call)->turn, which.call});
  if (!file)
    return cut_out(which, std::move(**call));
  auto span = resolve(which.range, file->size);
  if (!span)
    return span.failure();
  auto bytes = storage::host::output_files::read(*file, span->first, span->count);
  if (!bytes)
    return bytes.failure();
  return output_text{std::move(*bytes), span->first, file->size, file->is_cut};
}

/// The first turn whose events are kept; nothing for a session that does not exist.
std::optional<uint32_t> kept_from(const output_sources& from, const proto::session_id& session) {
  auto known = storage::session_store::find(from.database->read(), session);
  if (!known)
    return 0; // Unreadable: nothing of it is removed.
  if (!*known)
    return std::nullopt;
  auto turns = static_cast<size_t>((*known)->shown.turn_count);
  return turns < from.turns_kept ? 0 : static_cast<uint32_t>(turns - from.turns_kept);
}

} // namespace

output_reader_inside::behavior_type output_reader(output_reader_inside::pointer self,
                                                  output_sources from) {
  self->send(self, caf::tick_atom_v);
  return {
      [from](const read_output& which) -> caf::result<output_text> {
        auto found = read(from, which);
        if (found)
          return std::move(*found);
        return to_caf(found.failure());
      },
      [from](caf::tick_atom) {
        from.files.sweep([&from](const auto& session) { return kept_from(from, session); });
      },
  };
}

} // namespace kodad::actors
