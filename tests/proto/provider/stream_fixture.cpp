#include "tests/proto/provider/stream_fixture.hpp"

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

namespace kodad::proto::provider {

namespace {

void take_call(heard& into, const stream_chunk& chunk) {
  auto& call = into.calls[chunk.index];
  if (chunk.kind == chunk_kind::tool_begin) {
    call.id = chunk.call_id;
    call.tool = chunk.tool;
  } else if (chunk.kind == chunk_kind::tool_input) {
    call.streamed += chunk.text;
  } else {
    call.whole = chunk.text;
    call.tool = chunk.tool;
    call.ended = true;
  }
}

void take(heard& into, const stream_chunk& chunk) {
  into.late = into.late || (into.stop && chunk.kind != chunk_kind::usage);
  switch (chunk.kind) {
  case chunk_kind::text:
    into.text += chunk.text;
    return;
  case chunk_kind::reasoning:
    into.reasoning += chunk.text;
    return;
  case chunk_kind::reasoning_end:
    ++into.reasoning_ends;
    return;
  case chunk_kind::part_end:
    ++into.part_ends;
    return;
  case chunk_kind::opaque:
    into.opaque.push_back(chunk.text);
    return;
  case chunk_kind::usage:
    into.spent = chunk.spent;
    return;
  case chunk_kind::stop:
    into.stop = chunk.stop;
    return;
  default:
    return take_call(into, chunk);
  }
}

} // namespace

bool has_recordings() {
  return std::filesystem::is_directory(KODAD_FIXTURES "/provider-streams");
}

std::vector<std::string> recorded(const std::string& name) {
  std::ifstream file(KODAD_FIXTURES "/provider-streams/" + name + ".jsonl");
  REQUIRE_MESSAGE(file.is_open(), name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    if (!line.empty())
      lines.push_back(line);
  return lines;
}

std::string framed(const std::vector<std::string>& payloads) {
  std::string out;
  for (const auto& payload : payloads)
    out += "data: " + payload + "\n\n";
  return out;
}

heard sum_up(const std::vector<stream_chunk>& chunks) {
  heard into;
  for (const auto& chunk : chunks)
    take(into, chunk);
  return into;
}

heard listen(const decoder_maker& make, const std::vector<std::string_view>& pieces) {
  auto decoder = make();
  std::vector<stream_chunk> chunks;
  result<void> done;
  for (auto piece : pieces)
    if (done = decoder->feed(piece, chunks); !done)
      break;
  if (done)
    done = decoder->finish(body_end::orderly, chunks);
  auto into = sum_up(chunks);
  if (!done)
    into.failure = done.failure();
  return into;
}

heard listen(const decoder_maker& make, std::string_view bytes) {
  return listen(make, std::vector{bytes});
}

heard listen_bytewise(const decoder_maker& make, std::string_view bytes) {
  std::vector<std::string_view> pieces;
  for (size_t i = 0; i < bytes.size(); ++i)
    pieces.push_back(bytes.substr(i, 1));
  return listen(make, pieces);
}

} // namespace kodad::proto::provider
