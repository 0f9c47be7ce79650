#include "actors/session/event_outbox.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;

namespace {

std::vector<uint64_t> ids(const std::vector<shared_frame>& frames) {
  std::vector<uint64_t> out;
  for (const auto& one : frames)
    out.push_back(one->id);
  return out;
}

const proto::event note = proto::title_updated_event("t");

} // namespace

TEST_CASE("a frame is its event on the wire, with the mergeable text marked") {
  auto made = encode_frame(7, proto::delta_event(2, "a\nb"));

  CHECK(made->text == "id: 7\nevent: delta\ndata: {\"type\":\"delta\",\"content\":\"a\\nb\"}\n\n");
  CHECK(made->text.substr(made->event_begin, 12) == "event: delta");
  CHECK(made->text.substr(made->content_begin, made->content_end - made->content_begin) == "a\\nb");
  CHECK(made->turn == 2);
}

TEST_CASE("a durable event is shown after its commit, and all after it wait") {
  event_outbox box(10);
  box.committed(box.take().ticket);

  box.add_transient(proto::delta_event(1, "a"));
  box.add_durable(note);
  box.add_transient(proto::delta_event(1, "b"));
  CHECK(ids(box.release()) == std::vector<uint64_t>{11});

  auto cargo = box.take();
  CHECK(cargo.events.size() == 3);
  CHECK(box.release().empty());
  box.committed(cargo.ticket);
  CHECK(ids(box.release()) == std::vector<uint64_t>{12, 13});
  CHECK(box.kept_to() == 13);
}

TEST_CASE("nothing beyond the reservation on disk is shown") {
  event_outbox box(0);
  box.add_transient(proto::delta_event(1, "a"));
  CHECK(box.release().empty());

  auto cargo = box.take();
  box.committed(cargo.ticket);
  CHECK(ids(box.release()) == std::vector<uint64_t>{1});

  for (uint64_t i = 0; i < cargo.reserved + 5; ++i)
    box.add_transient(proto::delta_event(1, "x"));
  CHECK(box.release().back()->id == cargo.reserved);
}

TEST_CASE("commits may be under way together and come back in order") {
  event_outbox box(0);
  box.add_durable(note);
  auto first = box.take();
  box.add_durable(note);
  auto second = box.take();

  box.committed(first.ticket);
  CHECK(ids(box.release()) == std::vector<uint64_t>{1});
  box.committed(second.ticket);
  CHECK(ids(box.release()) == std::vector<uint64_t>{2});
}
