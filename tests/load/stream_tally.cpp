#include "tests/load/stream_tally.hpp"

#include "tests/load/clock.hpp"

#include <charconv>

namespace kodad::load {

namespace {

constexpr uint64_t fnv_prime = 1099511628211u;

} // namespace

void stream_tally::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
      partial_.append(bytes);
      return;
    }
    if (partial_.empty()) {
      read_line(bytes.substr(0, end));
    } else {
      partial_.append(bytes.substr(0, end));
      read_line(partial_);
      partial_ = {}; // gives the memory back: most streams idle
    }
    bytes.remove_prefix(end + 1);
  }
}

// `event:` comes before `data:` in every frame of the contract.
void stream_tally::read_line(std::string_view line) {
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  if (line.empty())
    return finish_frame();
  if (line.starts_with("id: ")) {
    std::from_chars(line.data() + 4, line.data() + line.size(), id_);
  } else if (line.starts_with("event: ")) {
    std::string_view name = line.substr(7);
    in_frame_ = true;
    if (name == "delta")
      kind_ = kind::delta;
    else if (name.ends_with("_delta") || name == "tool_output")
      kind_ = kind::mergeable;
    else if (name == "done")
      kind_ = kind::done;
    else if (name == "error")
      kind_ = kind::error;
    else if (name == "reset")
      kind_ = kind::reset;
    else
      kind_ = name == "retry" ? kind::retry : kind::other;
  } else if (line.starts_with("data: ")) {
    read_data(line.substr(6));
  }
}

void stream_tally::read_data(std::string_view data) {
  if (kind_ == kind::error)
    error_ = data;
  if (kind_ != kind::delta)
    return;
  constexpr std::string_view before = R"({"type":"delta","content":")";
  constexpr std::string_view after = R"("})";
  if (!data.starts_with(before) || !data.ends_with(after))
    return;
  data.remove_prefix(before.size());
  data.remove_suffix(after.size());
  if (first_text_ns_ == 0)
    first_text_ns_ = now_ns();
  hash_text(data);
}

void stream_tally::hash_text(std::string_view text) {
  uint64_t hash = text_hash_;
  for (char byte : text)
    hash = (hash ^ static_cast<uint8_t>(byte)) * fnv_prime;
  text_hash_ = hash;
  text_bytes_ += static_cast<int64_t>(text.size());
}

// A gap before a frame that may be merged is the run it stands for; the hash of the text shows
// whether it really is. Any other gap is a loss.
void stream_tally::count_id() {
  if (id_ == 0)
    return;
  if (id_ <= last_id_) {
    ++duplicates_;
    return;
  }
  int64_t gap = last_id_ == 0 ? 0 : id_ - last_id_ - 1;
  bool may_be_merged = kind_ == kind::delta || kind_ == kind::mergeable;
  (may_be_merged ? merged_ : lost_) += gap;
  last_id_ = id_;
}

void stream_tally::finish_frame() {
  if (in_frame_) {
    ++frames_;
    count_id();
    resets_ += kind_ == kind::reset;
    retries_ += kind_ == kind::retry;
    if (kind_ == kind::done || kind_ == kind::error) {
      over_ns_ = now_ns();
      failed_ = kind_ == kind::error;
    }
  }
  in_frame_ = false;
  id_ = 0;
  kind_ = kind::other;
}

} // namespace kodad::load
