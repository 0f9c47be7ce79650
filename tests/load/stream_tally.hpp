// Reads one event stream and keeps the books: ids in order, what is missing or came twice, how much
// text, its hash, when the first text and the end came. It reads lines, not JSON: one tester
// follows 10,000 streams on the processors that it shares with the server.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kodad::load {

class stream_tally {
public:
  void feed(std::string_view bytes);

  /// Did `done` or `error` come?
  bool is_over() const { return over_ns_ != 0; }
  bool succeeded() const { return is_over() && !failed_; }

  int64_t frames() const { return frames_; }
  int64_t events() const { return frames_ + merged_; } ///< Merged runs count in full.
  int64_t lost() const { return lost_; }
  int64_t duplicates() const { return duplicates_; }
  int64_t merged() const { return merged_; }
  int64_t resets() const { return resets_; }
  int64_t retries() const { return retries_; }
  int64_t text_bytes() const { return text_bytes_; } ///< Of the text as escaped in JSON.
  uint64_t text_hash() const { return text_hash_; }
  int64_t first_text_ns() const { return first_text_ns_; } ///< 0: none yet.
  int64_t over_ns() const { return over_ns_; }
  const std::string& error() const { return error_; } ///< The data of an `error` event.

private:
  void read_line(std::string_view line);
  void read_data(std::string_view data);
  void count_id();
  void finish_frame();
  void hash_text(std::string_view text);

  enum class kind : uint8_t { other, delta, mergeable, done, error, reset, retry };

  std::string partial_;
  std::string error_;
  int64_t id_ = 0; ///< Of the frame being read; 0: it has none.
  int64_t last_id_ = 0;
  int64_t frames_ = 0;
  int64_t lost_ = 0;
  int64_t duplicates_ = 0;
  int64_t merged_ = 0;
  int64_t resets_ = 0;
  int64_t retries_ = 0;
  int64_t text_bytes_ = 0;
  int64_t first_text_ns_ = 0;
  int64_t over_ns_ = 0;
  uint64_t text_hash_ = 14695981039346656037u; ///< FNV-1a, so that pieces need no joining.
  kind kind_ = kind::other;
  bool in_frame_ = false;
  bool failed_ = false;
};

} // namespace kodad::load
