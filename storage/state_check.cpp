#include "storage/state_check.hpp"

#include "proto/limits/storage.hpp"
#include "storage/host/durable_file.hpp"
#include "storage/keys.hpp"
#include "storage/lmdb/file_check.hpp"
#include "storage/schema.hpp"
#include "storage/seal.hpp"

#include <algorithm>
#include <optional>

namespace kodad::storage {

using proto::ec;
using proto::result;

namespace {

/// What a run leaves in its folder beside the database.
constexpr std::array leftovers{"lock.mdb", "blobs", "outputs", "snapshots"};

/// Small and decisive tables first: where a database is too large for a whole check, these were
/// looked at for certain.
const std::vector<std::string_view> first_tables{
    "meta",   "blobs",    "active_turns", "waiting_questions",
    "agents", "settings", "sessions",     "sessions_by_update",
    "turns"};

proto::error refusal(std::string what, const std::string& ways) {
  return proto::make_error(ec::storage_failed, std::move(what) + "; " + ways);
}

std::string way_back(const std::string& folder) {
  return "restore a backup of " + folder + ", or move it aside to begin anew";
}

/// Something that only a run with a database leaves; empty if there is nothing.
std::string trace_of_state(const std::string& folder) {
  for (const char* name : leftovers)
    if (auto path = folder + "/" + name; host::holds_something(path))
      return path;
  return "";
}

std::string in_mib(uint64_t bytes) {
  return std::to_string(bytes >> 20) + " MiB";
}

std::optional<table> table_of(std::string_view name) {
  auto found = std::ranges::find(table_names, name);
  if (found == table_names.end())
    return std::nullopt;
  return static_cast<table>(found - table_names.begin());
}

/// Notes the format on its way through the table `meta`, which comes first.
class row_reader {
public:
  lmdb::row_judge judge_of(std::string_view name) {
    auto where = table_of(name);
    if (!where)
      return [](std::string_view, std::string_view) { return true; };
    return [this, where = *where](std::string_view key, std::string_view value) {
      bool is_format = where == table::meta && key == format_key;
      if (!is_sealed(value))
        return is_format ? note(value) && format_ < 2 : format_ < 2;
      auto inner = unseal(where, key, value);
      if (inner && where == table::meta && key == moment_key && inner->size() == 9)
        moment_ = read_u64(inner->substr(1));
      return inner.ok() && (!is_format || note(*inner));
    };
  }

  uint32_t format() const { return format_; }
  uint64_t moment() const { return moment_; }

private:
  bool note(std::string_view value) {
    if (value.size() != 5)
      return false;
    format_ = read_u32(value.substr(1));
    return true;
  }

  uint32_t format_ = 0;
  uint64_t moment_ = 0;
};

} // namespace

result<state_report> check_state(const std::string& folder) {
  return check_state(folder, proto::limits::check_patience);
}

result<state_report> check_state(const std::string& folder, std::chrono::milliseconds patience) {
  auto path = folder + "/data.mdb";
  if (!host::file_exists(path)) {
    auto trace = trace_of_state(folder);
    if (trace.empty())
      return state_report{true, true, newest_format, {}};
    return refusal(path + " is missing, though " + trace + " is there", way_back(folder));
  }
  row_reader rows;
  row_reader older;
  lmdb::file_questions ask{[&rows](std::string_view name) { return rows.judge_of(name); },
                           first_tables, older.judge_of(first_tables.front()), patience};
  auto checked = lmdb::check_file(path, ask);
  // The rows of a format to come may be anything; that it is newer says more.
  if (rows.format() > newest_format)
    return refusal(path + " has format " + std::to_string(rows.format()) +
                       ", this kodad knows up to " + std::to_string(newest_format) +
                       ": it was written by a newer version",
                   "start that version, " + way_back(folder));
  if (!checked)
    return refusal(checked.failure().context, way_back(folder));
  // A damaged number can make the newest commit seem to be the one before the last.
  bool is_turned = older.moment() != 0 && older.moment() != checked->older;
  if (rows.format() >= 2 && (rows.moment() != checked->commit || is_turned))
    return refusal(path + " is damaged: its newest commit is lost", way_back(folder));
  // Every commit of format 2 leaves a file that reaches to its last page.
  if (checked->is_cut && rows.format() >= 2)
    return refusal(path + " is cut off: pages at its end are missing", way_back(folder));
  state_report out{false, checked->is_whole, rows.format(), {}};
  if (!out.is_whole)
    out.notice = path + " is too large to be checked whole: looked at " +
                 in_mib(checked->bytes_seen) + " of " + in_mib(checked->bytes) + " in " +
                 std::to_string(patience.count() / 1000) +
                 " s; a record that is damaged will be told when it is read";
  return out;
}

} // namespace kodad::storage
