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

/// What the messages say of a call.
struct search {
  std::optional<told_call> call;
  std::vector<std::pair<uint32_t, std::string>> lost; ///< Parts that may tell of it: turn and how.
};

/// The newest call of that id: a provider may use one again in a later turn.
result<search> find_call(const storage::snapshot& at, const read_output& which) {
  search out;
  std::optional<proto::message_id> after;
  for (bool is_more = true; is_more;) {
    auto page =
        storage::message_store::page(at, which.session, {proto::limits::page_default, {}, after});
    if (!page)
      return page.failure();
    for (const auto& message : page->messages)
      for (const auto& piece : message.parts) {
        if (piece.shown.call_id == which.call)
          out.call = told_call{message.head.turn, piece.shown.output.value_or("")};
        else if (!piece.loss.empty() && piece.shown.type != proto::part_type::file)
          out.lost.emplace_back(message.head.turn, piece.loss);
      }
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

/// The whole output, also where the part that told of the call is lost.
std::optional<storage::host::output_files::found>
open_file(const output_sources& from, const read_output& which, const search& told) {
  if (told.call)
    return from.files.open({which.session, told.call->turn, which.call});
  for (const auto& [turn, how] : told.lost)
    if (auto file = from.files.open({which.session, turn, which.call}))
      return file;
  return std::nullopt;
}

result<output_text> read(const output_sources& from, const read_output& which) {
  auto at = from.database->read();
  auto exists = storage::session_store::contains(at, which.session);
  if (!exists)
    return exists.failure();
  if (!*exists)
    return proto::make_error(ec::session_not_found, "there is no such session");
  auto told = find_call(at, which);
  if (!told)
    return told.failure();
  auto file = open_file(from, which, *told);
  if (!file && told->call)
    return cut_out(which, std::move(*told->call));
  if (!file && !told->lost.empty())
    return proto::make_error(ec::storage_failed, "the call may be one of those lost in session " +
                                                     which.session.text + ": " +
                                                     told->lost.front().second);
  if (!file)
    return proto::make_error(ec::output_not_found, "there is no output of such a tool call");
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
