// OUTPUT FILES: the whole output of tool calls that said more than their events show, a file each,
// beside the database: FOLDER/SESSION/TURN-DIGEST OF THE CALL'S ID. Plain files that only grow; not
// made durable against power loss: they explain what happened, nothing is decided by them. A file
// that lacks a part has the name's ending ".cut".
#pragma once

#include "proto/ids.hpp"
#include "proto/result.hpp"
#include "storage/host/descriptor.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kodad::storage::host {

/// Which output.
struct output_name {
  proto::session_id session;
  uint32_t turn = 0;
  proto::call_id call;
};

class output_files {
public:
  explicit output_files(std::string folder) : folder_(std::move(folder)) {}

  /// An output being written.
  class writer {
  public:
    writer(descriptor file, std::string path) : file_(std::move(file)), path_(path) {}

    /// Appends all of it. Fails with `storage_full` or `storage_failed`; then the rest is missing.
    proto::result<void> append(std::string_view bytes);

    /// Marks the file as one that lacks a part.
    void mark_cut();

  private:
    descriptor file_;
    std::string path_;
  };

  /// Begins a new output in place of an older one of that name.
  proto::result<writer> create(const output_name& which) const;

  /// What is known of a kept output.
  struct found {
    descriptor file;
    uint64_t size = 0;
    bool is_cut = false;
  };

  /// Nothing when none is kept.
  std::optional<found> open(const output_name& which) const;

  /// At most `count` bytes from `first` on.
  static proto::result<std::string> read(const found& from, uint64_t first, uint64_t count);

  /// Removes the outputs of the session's turns below one.
  void drop(const proto::session_id& session, uint32_t below_turn) const;

  /// Removes what a crash left behind. @param kept_from The first turn of a session whose outputs
  /// are kept; nothing for a session that does not exist.
  void
  sweep(const std::function<std::optional<uint32_t>(const proto::session_id&)>& kept_from) const;

private:
  std::string path_of(const output_name& which) const;

  std::string folder_;
};

} // namespace kodad::storage::host
