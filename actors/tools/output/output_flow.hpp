// OUTPUT FLOW: the way of one command's output to those who see it. What the model gets is kept in
// an output_keeper; what people watch leaves in few, bounded chunks until the log's share of the
// call is used up; the whole goes to a file beside it as soon as it is more than the model sees.
// Pure but for the file, which is a function of the caller's.
#pragma once

#include "actors/tools/exec/output_keeper.hpp"
#include "proto/result.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kodad::actors {

class output_flow {
public:
  using time = std::chrono::steady_clock::time_point;

  /// Keeps a piece of the whole text. After a failure it is not called again.
  using keep_piece = std::function<proto::result<void>(std::string_view)>;

  /// @param place Where a client finds the whole: a path of our API.
  output_flow(std::string place, keep_piece keep);

  /// Takes bytes in as they come from the command.
  void take(std::string_view bytes);

  /// The next chunk to show, if it is time for one.
  std::optional<std::string> next_chunk(time now);

  /// When `next_chunk` should be asked again; nothing when nothing waits to be shown.
  std::optional<time> next_time() const;

  /// The command is over: all that waits to be shown, in chunks.
  std::vector<std::string> last_chunks();

  /// Is a part of the whole missing in the file?
  bool is_cut() const { return is_cut_; }

  /// What a reader of the result must know of the file; empty when nothing is wrong.
  const std::string& complaint() const { return complaint_; }

  output_keeper take_kept() { return std::move(kept_); }

private:
  void keep_whole(std::string_view shown);
  void log(std::string_view shown);
  std::string cut_chunk();

  std::string place_;
  keep_piece keep_;
  output_keeper kept_;
  std::string pending_; // To be shown.
  size_t logged_ = 0;   // As JSON, shown or pending.
  bool log_is_full_ = false;
  time not_before_{};     // The next chunk.
  std::string early_;     // What may yet have to be kept beside.
  size_t file_bytes_ = 0; // Kept beside.
  bool is_cut_ = false;
  std::string complaint_;
};

} // namespace kodad::actors
