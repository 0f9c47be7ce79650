// A real provider actor with a fake HTTP client, a wire format of lines and one listener.
#pragma once

#include "actors/provider/provider.hpp"
#include "tests/actors/provider/call_fixture.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

namespace kodad::test {

using namespace actors;
using proto::ec;

struct provider_fixture : actor_fixture {
  provider_fixture() {
    wire->to = {"fake", "http://fake", ""};
    wire->format = std::make_shared<line_format>();
    wire->client = client;
    listener = sys.spawn(call_listener, log);
    options.name = "Fake";
    options.bounds = {2, 3, 2};
  }

  ~provider_fixture() {
    self->send_exit(listener, caf::exit_reason::user_shutdown);
    if (served)
      self->send_exit(served, caf::exit_reason::user_shutdown);
    run_all();
    for (size_t i = 0; i < client->exchanges.size(); ++i)
      client->end(i);
    run_all();
  }

  void serve() {
    served = sys.spawn(provider, std::shared_ptr<const provider_wire>(wire), options);
  }

  void start(model_call_key key, const std::string& session = "a") {
    if (!served)
      serve();
    self->send(served, make_call(key, session, listener));
    run();
  }

  void cancel(model_call_key key) {
    self->send(served, cancel_call{key});
    run();
  }

  /// The code a call ended with; `none` for success.
  std::optional<ec> code_of(model_call_key key) {
    auto& ends = log->calls[key].ends;
    REQUIRE(ends.size() == 1);
    return ends[0] ? std::optional(ends[0]->what.code) : std::nullopt;
  }

  bool has_ended(model_call_key key) { return !log->calls[key].ends.empty(); }

  proto::model_list list_models() {
    serve();
    auto reply = self->request(served, std::chrono::seconds(60), proto::list_models{});
    run();
    if (!client->exchanges.empty()) {
      client->answer(0, models_status, models_body);
      run();
    }
    if (client->exchanges.size() > 1) {
      client->answer(1, models_status, second_page);
      run();
    }
    proto::model_list out;
    reply.receive([&out](proto::model_list& got) { out = std::move(got); },
                  [](const caf::error&) { FAIL("no list"); });
    return out;
  }

  std::shared_ptr<fake_client> client = std::make_shared<fake_client>();
  std::shared_ptr<provider_wire> wire = std::make_shared<provider_wire>();
  std::shared_ptr<call_log> log = std::make_shared<call_log>();
  provider_options options;
  call_listener_actor listener;
  provider_actor served;
  int models_status = 200;
  std::string models_body;
  std::string second_page;
};

} // namespace kodad::test
