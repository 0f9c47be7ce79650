#include "actors/tools/output/output_flow.hpp"

#include "proto/limits.hpp"
#include "proto/limits/tools.hpp"
#include "proto/text/json_size.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>
#include <utility>

namespace kodad::actors {

namespace limits = proto::limits;

output_flow::output_flow(std::string place, keep_piece keep)
    : place_(std::move(place)), keep_(std::move(keep)), kept_(limits::tool_output_bytes) {}

void output_flow::take(std::string_view bytes) {
  auto shown = kept_.add(bytes);
  if (shown.empty())
    return;
  keep_whole(shown);
  log(shown);
}

void output_flow::keep_whole(std::string_view shown) {
  if (is_cut_)
    return;
  early_ += shown;
  if (kept_.bytes_seen() <= limits::tool_output_bytes)
    return; // The model sees all of it; so does whoever reads the result.
  auto next = std::exchange(early_, {});
  auto fitting = proto::text::prefix(next, limits::output_kept_bytes - file_bytes_);
  is_cut_ = fitting.size() < next.size();
  file_bytes_ += fitting.size();
  auto written = keep_(fitting);
  if (written)
    return;
  is_cut_ = true;
  complaint_ = "the whole output could not be kept: " + written.failure().context;
}

void output_flow::log(std::string_view shown) {
  if (log_is_full_)
    return;
  auto fitting = proto::text::json_prefix(shown, limits::output_log_bytes - logged_);
  pending_ += fitting;
  logged_ += proto::text::json_size(fitting);
  if (fitting.size() == shown.size())
    return;
  log_is_full_ = true;
  pending_ +=
      complaint_.empty()
          ? "\n(more output follows; it is not shown here, but the first 16 MiB are kept at " +
                place_ + ")\n"
          : "\n(more output follows; " + complaint_ + ")\n";
}

std::string output_flow::cut_chunk() {
  std::string chunk(proto::text::prefix(pending_, limits::output_chunk_bytes));
  pending_.erase(0, chunk.size());
  return chunk;
}

std::optional<std::string> output_flow::next_chunk(time now) {
  if (pending_.empty() || now < not_before_)
    return std::nullopt;
  not_before_ = now + limits::output_chunk_gap;
  return cut_chunk();
}

std::optional<output_flow::time> output_flow::next_time() const {
  return pending_.empty() ? std::nullopt : std::optional(not_before_);
}

std::vector<std::string> output_flow::last_chunks() {
  std::vector<std::string> out;
  while (!pending_.empty())
    out.push_back(cut_chunk());
  return out;
}

} // namespace kodad::actors
