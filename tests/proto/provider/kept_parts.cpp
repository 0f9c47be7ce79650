#include "tests/proto/provider/kept_parts.hpp"

#include <doctest/doctest.h>

namespace kodad::proto::provider {

namespace {

class part_keeper {
public:
  explicit part_keeper(const model_id& model) : model_(model) {}

  void take(const stream_chunk& chunk) {
    if (chunk.kind == chunk_kind::text)
      return add_text(chat_part_kind::text, chunk.text);
    if (chunk.kind == chunk_kind::reasoning)
      return add_text(chat_part_kind::reasoning, chunk.text);
    if (chunk.kind == chunk_kind::part_end)
      ended_ = true;
    if (chunk.kind == chunk_kind::tool_begin)
      begin_call(chunk);
    if (chunk.kind == chunk_kind::tool_end)
      kept.parts.at(place_of_call_.at(chunk.index)).input = chunk.text;
    if (chunk.kind == chunk_kind::stop)
      kept.stop = chunk.stop;
    if (chunk.kind != chunk_kind::opaque)
      return;
    REQUIRE_FALSE(kept.parts.empty());
    kept.parts.back().opaque.text = chunk.text;
    kept.parts.back().opaque_model = model_;
  }

  kept_answer kept;

private:
  void add_text(chat_part_kind kind, const std::string& text) {
    bool goes_on = !ended_ && !kept.parts.empty() && kept.parts.back().kind == kind;
    if (!goes_on)
      add(kind);
    kept.parts.back().text += text;
  }

  void begin_call(const stream_chunk& chunk) {
    add(chat_part_kind::tool_call);
    kept.parts.back().call_id = chunk.call_id;
    kept.parts.back().tool = chunk.tool;
    place_of_call_[chunk.index] = kept.parts.size() - 1;
  }

  void add(chat_part_kind kind) {
    kept.parts.emplace_back().kind = kind;
    ended_ = false;
  }

  model_id model_;
  std::map<uint32_t, size_t> place_of_call_;
  bool ended_ = false;
};

} // namespace

kept_answer keep(const decoder_maker& make, std::string_view bytes, const model_id& model) {
  auto decoder = make();
  std::vector<stream_chunk> chunks;
  auto done = decoder->feed(bytes, chunks);
  if (done)
    done = decoder->finish(body_end::orderly, chunks);
  part_keeper keeper(model);
  for (const auto& chunk : chunks)
    keeper.take(chunk);
  if (!done)
    keeper.kept.failure = done.failure();
  return std::move(keeper.kept);
}

} // namespace kodad::proto::provider
