#include "tests/load/target.hpp"

#include "proto/json/reader.hpp"

#include <algorithm>
#include <map>

namespace kodad::load {

namespace {

// Enough to keep the server busy, few enough to stay within its backlog.
constexpr size_t opening_at_once = 512;

} // namespace

target::target(const options& options_given)
    : given(options_given), server(read_url(given.text("url", "http://127.0.0.1:4100"))),
      pid(given.number("pid", {0, 0, 1 << 22})) {}

void target::note_failure(const std::string& what) {
  if (failed++ == 0)
    first_failure = what;
}

void target::note_unless(const answer& got, int wanted) {
  if (got.status != wanted)
    note_failure("status " + std::to_string(got.status) + ": " + got.body.substr(0, 300));
}

int64_t target::deadline_ns() const {
  return now_ns() + given.number("time-out-s", {120, 1, 3600}) * ns_per_second;
}

std::string target::session_body() const {
  std::string model = given.text("model", "");
  std::string workspace = given.text("workspace", "");
  proto::json::writer body;
  body.begin_object();
  if (!model.empty())
    body.key("model_id").string(model);
  if (!workspace.empty())
    body.key("workspace").string(workspace);
  // A title of its own: the server need not ask a model for one.
  body.key("title").string("load").end_object();
  return body.take();
}

std::string target::message_body() const {
  proto::json::writer body;
  body.begin_object().key("content").string(given.text("content", "Go.")).end_object();
  return body.take();
}

std::vector<std::string> target::create_sessions(request_pool& pool, size_t count) {
  std::vector<std::string> ids;
  std::string body = session_body();
  for (size_t i = 0; i < count; ++i)
    pool.send({"POST", "/sessions", body, [this, &ids](const answer& got) {
                 note_unless(got, 201);
                 if (std::string id = string_at(got.body, "id"); got.status == 201)
                   ids.push_back(id);
               }});
  if (!loop.run_until(deadline_ns(), [&pool] { return pool.is_idle(); }))
    refuse("creating the sessions took too long");
  return ids;
}

int target::conclude(report& results) {
  results.add("failed", failed);
  if (failed > 0)
    results.add("first_failure", first_failure);
  results.print();
  return failed > 0 ? 1 : 0;
}

std::string string_at(const std::string& json_text, std::string_view key) {
  proto::json::parser parser;
  auto object = parser.parse_object(json_text);
  if (!object)
    return {};
  return std::string(proto::json::find_string(*object, key).value_or(""));
}

std::vector<std::unique_ptr<subscription>> open_streams(target& at,
                                                        const std::vector<std::string>& sessions) {
  std::vector<std::unique_ptr<subscription>> streams;
  size_t settled = 0; // all before this one have a head or are broken
  auto advance = [&streams, &settled] {
    while (settled < streams.size() &&
           (streams[settled]->is_live() || streams[settled]->is_broken()))
      ++settled;
    return settled;
  };
  int64_t deadline_ns = at.deadline_ns();
  for (const std::string& session : sessions) {
    streams.push_back(std::make_unique<subscription>(at.loop, at.server));
    streams.back()->open(session, at.server);
    size_t most_open = streams.size();
    at.loop.run_until(deadline_ns,
                      [&advance, most_open] { return advance() + opening_at_once > most_open; });
  }
  at.loop.run_until(deadline_ns, [&advance, &streams] { return advance() == streams.size(); });
  for (const auto& stream : streams)
    if (!stream->is_live())
      at.note_failure("a stream did not open: " + stream->reason());
  return streams;
}

namespace {

struct totals {
  int64_t frames = 0;
  int64_t events = 0;
  int64_t merged = 0;
  int64_t lost = 0;
  int64_t duplicates = 0;
  int64_t retries = 0;
  std::map<uint64_t, int64_t> texts; ///< Hash of the text → streams that had it.
};

void note_stream(target& at, const subscription& stream, int64_t expected_bytes) {
  const stream_tally& books = stream.books();
  if (!books.is_over())
    at.note_failure("a stream got no end: " + stream.reason());
  else if (!books.succeeded())
    at.note_failure("a turn failed: " + books.error().substr(0, 300));
  else if (expected_bytes > 0 && books.text_bytes() != expected_bytes)
    at.note_failure("a stream got " + std::to_string(books.text_bytes()) + " bytes of text");
  if (books.lost() + books.duplicates() + books.resets() > 0)
    at.note_failure("a stream lost or repeated events");
}

} // namespace

void add_books(target& at, report& results,
               const std::vector<std::unique_ptr<subscription>>& streams) {
  totals sum;
  int64_t expected_bytes = at.given.number("expect-bytes", {0, 0, int64_t{1} << 40});
  for (const auto& stream : streams) {
    const stream_tally& books = stream->books();
    note_stream(at, *stream, expected_bytes);
    sum.frames += books.frames();
    sum.events += books.events();
    sum.merged += books.merged();
    sum.lost += books.lost();
    sum.duplicates += books.duplicates();
    sum.retries += books.retries();
    ++sum.texts[books.text_hash()];
  }
  if (sum.texts.size() > 1)
    at.note_failure("the streams' texts differ");
  results.add("events", sum.events).add("frames", sum.frames).add("merged", sum.merged);
  results.add("lost", sum.lost).add("duplicates", sum.duplicates).add("retries", sum.retries);
  results.add("different_texts", sum.texts.size());
}

} // namespace kodad::load
