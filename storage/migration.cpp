#include "storage/migration.hpp"

#include "proto/ids.hpp"
#include "proto/limits/storage.hpp"
#include "storage/keys.hpp"
#include "storage/seal.hpp"
#include "storage/state_check.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace kodad::storage {

using proto::result;

namespace {

constexpr size_t step_bytes = 16 * 1024 * 1024; // Of one transaction.
const std::string after_all(512, '\xff');       // Longer than any key.

/// The next rows of a table.
struct step {
  std::vector<std::pair<std::string, std::string>> unsealed;
  std::string next; ///< The first key not looked at; empty at the end.
};

result<step> next_step(const lmdb::transaction& at, table where, const std::string& from,
                       migrated& seen) {
  step out;
  size_t rows = 0;
  size_t bytes = 0;
  auto done = at.scan(where, {from, after_all}, lmdb::direction::forward,
                      [&](std::string_view key, std::string_view value) {
                        if (++rows > proto::limits::migrated_rows || bytes > step_bytes) {
                          out.next = key;
                          return false;
                        }
                        if (auto ms = proto::time_of_id(key.substr(key.find('\0') + 1)))
                          seen.newest_id_ms = std::max(seen.newest_id_ms, *ms);
                        if (is_sealed(value))
                          return true;
                        bytes += key.size() + value.size();
                        out.unsealed.emplace_back(key, value);
                        return true;
                      });
  if (!done)
    return done.failure();
  return out;
}

result<void> seal_table(lmdb::environment& of, table where, migrated& seen) {
  std::string from;
  do {
    auto writing = of.write();
    if (!writing)
      return writing.failure();
    auto rows = next_step(*writing, where, from, seen);
    if (!rows)
      return rows.failure();
    for (const auto& [key, value] : rows->unsealed)
      if (auto done = writing->put(where, key, seal(where, key, value)); !done)
        return done;
    if (!rows->unsealed.empty())
      if (auto done = writing->commit(); !done)
        return done;
    from = rows->next;
  } while (!from.empty());
  return {};
}

} // namespace

result<migrated> seal_all(lmdb::environment& of) {
  migrated seen;
  for (size_t i = 0; i < table_names.size(); ++i)
    // The format's own row is written last.
    if (auto where = static_cast<table>(i); where != table::meta)
      if (auto done = seal_table(of, where, seen); !done)
        return done.failure();
  return seen;
}

result<void> put_format(lmdb::transaction& into, uint32_t format) {
  std::string value(1, value_version);
  append_u32(value, format);
  return into.put(table::meta, format_key, seal(table::meta, format_key, value));
}

} // namespace kodad::storage
