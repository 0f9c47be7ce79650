#include "tests/actors/provider/provider_fixture.hpp"

using namespace kodad;
using namespace kodad::actors;
using proto::ec;
using test::provider_fixture;

TEST_CASE_FIXTURE(provider_fixture, "a call streams to its listener and ends once") {
  start(1);
  REQUIRE(client->exchanges.size() == 1);
  CHECK(client->exchanges[0].request.url == "http://fake/chat");

  client->exchanges[0].listener->head(200, {});
  client->exchanges[0].listener->data("hel\nl");
  run();
  CHECK(log->calls[1].text == "hel");
  client->exchanges[0].listener->data("o\nstop\n");
  client->end(0);
  run();

  CHECK(log->calls[1].text == "hello"[0] + std::string("ello"));
  CHECK(code_of(1) == std::nullopt);
}

TEST_CASE_FIXTURE(provider_fixture, "what arrives between two looks is one batch") {
  start(1);
  client->exchanges[0].listener->head(200, {});
  for (int i = 0; i < 200; ++i)
    client->exchanges[0].listener->data("x\n");
  client->exchanges[0].listener->data("stop\n");
  client->end(0);
  run();

  CHECK(log->calls[1].text.size() == 200);
  CHECK(log->calls[1].batches == 1);
}

TEST_CASE_FIXTURE(provider_fixture, "calls beyond the bound wait, and beyond that are refused") {
  for (model_call_key key = 1; key <= 6; ++key)
    start(key);

  CHECK(client->open() == 2);
  CHECK(code_of(6) == ec::host_full);
  CHECK(log->calls[6].ends[0]->then == proto::provider::remedy::retry);
  client->answer(0, 200, "stop\n");
  run();
  CHECK(client->open() == 2);
  CHECK(client->exchanges.size() == 3);
}

TEST_CASE_FIXTURE(provider_fixture, "a session with many calls lets another one in between") {
  options.bounds = {1, 100, 1};
  start(1, "busy");
  for (model_call_key key = 2; key <= 20; ++key)
    start(key, "busy");
  start(100, "modest");

  client->answer(0, 200, "stop\n");
  run();
  client->answer(1, 200, "stop\n");
  run();
  client->answer(2, 200, "stop\n");
  run();

  CHECK(has_ended(1));
  CHECK(has_ended(2));
  CHECK(has_ended(100));
  CHECK_FALSE(has_ended(3));
}

TEST_CASE_FIXTURE(provider_fixture, "a refused call passes on what the adapter makes of it") {
  start(1);
  client->exchanges[0].listener->head(429, {});
  client->exchanges[0].listener->data("slow ");
  run();
  client->exchanges[0].listener->data("down");
  client->end(0);
  run();

  REQUIRE(code_of(1) == ec::rate_limited);
  CHECK(log->calls[1].ends[0]->what.context == "429 slow down");
  CHECK(log->calls[1].ends[0]->retry_after_ms == 7);
  CHECK(log->calls[1].ends[0]->then == proto::provider::remedy::retry);
}

TEST_CASE_FIXTURE(provider_fixture, "an error's body is read up to its bound") {
  start(1);
  client->exchanges[0].listener->head(500, {});
  for (int i = 0; i < 3; ++i) {
    client->exchanges[0].listener->data(std::string(40'000, 'x'));
    run();
  }
  client->end(0);
  run();

  REQUIRE(code_of(1) == ec::rate_limited);
  CHECK(log->calls[1].ends[0]->what.context.size() ==
        proto::limits::provider_error_bytes + std::string("500 ").size());
}

TEST_CASE_FIXTURE(provider_fixture, "a stream without its end marker is cut") {
  start(1);
  client->answer(0, 200, "some\n");
  run();

  CHECK(log->calls[1].text == "some");
  CHECK(code_of(1) == ec::stream_cut);
}

TEST_CASE_FIXTURE(provider_fixture, "a transport failure after the end marker does not matter") {
  start(1);
  client->exchanges[0].listener->head(200, {});
  client->exchanges[0].listener->data("some\nstop\n");
  client->end(0, proto::make_error(ec::stream_cut, "closed early"));
  run();

  CHECK(code_of(1) == std::nullopt);
}

TEST_CASE_FIXTURE(provider_fixture, "a transport failure before it counts") {
  start(1);
  client->end(0, proto::make_error(ec::provider_down, "no connection"));
  start(2);
  client->exchanges[1].listener->head(200, {});
  client->end(1, proto::make_error(ec::stream_stalled, "silent"));
  run();

  CHECK(code_of(1) == ec::provider_down);
  CHECK(code_of(2) == ec::stream_stalled);
}

TEST_CASE_FIXTURE(provider_fixture, "a provider that does not close after its end marker is left") {
  start(1);
  client->exchanges[0].listener->head(200, {});
  client->exchanges[0].listener->data("some\nstop\n");
  run();
  CHECK_FALSE(has_ended(1));
  run_all();

  CHECK(code_of(1) == std::nullopt);
  CHECK(client->exchanges[0].cancelled);
}

TEST_CASE_FIXTURE(provider_fixture, "an error frame inside the stream ends the call") {
  start(1);
  client->exchanges[0].listener->head(200, {});
  client->exchanges[0].listener->data("some\nbroken\nmore\n");
  run();

  CHECK(log->calls[1].text == "some");
  CHECK(code_of(1) == ec::provider_failed);
  CHECK(client->exchanges[0].cancelled);
}

TEST_CASE_FIXTURE(provider_fixture, "a running call can be cancelled") {
  start(1);
  client->exchanges[0].listener->head(200, {});
  client->exchanges[0].listener->data("some\n");
  run();
  cancel(1);

  CHECK(code_of(1) == ec::cancelled);
  CHECK(client->exchanges[0].cancelled);
}

TEST_CASE_FIXTURE(provider_fixture, "a waiting call can be cancelled and is never made") {
  for (model_call_key key = 1; key <= 3; ++key)
    start(key);
  cancel(3);
  client->answer(0, 200, "stop\n");
  run();

  CHECK(code_of(3) == ec::cancelled);
  CHECK(client->exchanges.size() == 2);
}

TEST_CASE_FIXTURE(provider_fixture, "cancelling what is over or unknown does nothing") {
  start(1);
  client->answer(0, 200, "stop\n");
  run();
  cancel(1);
  cancel(77);

  CHECK(code_of(1) == std::nullopt);
}

TEST_CASE_FIXTURE(provider_fixture, "the death of a listener closes the connection") {
  start(1);
  self->send_exit(listener, caf::exit_reason::kill);
  run();

  CHECK(client->exchanges[0].cancelled);
}

TEST_CASE_FIXTURE(provider_fixture, "a waiting call whose listener died is not made") {
  auto mortal = sys.spawn(test::call_listener, log);
  for (model_call_key key = 1; key <= 2; ++key)
    start(key);
  self->send(served, test::make_call(3, "b", mortal));
  run();
  self->send_exit(mortal, caf::exit_reason::kill);
  run();
  client->answer(0, 200, "stop\n");
  run();

  CHECK(client->exchanges.size() == 2);
}

TEST_CASE_FIXTURE(provider_fixture, "a call that breaks is ended by its provider") {
  start(1);
  client->exchanges[0].listener->head(200, {});
  client->exchanges[0].listener->data("throw\n");
  run();

  CHECK(code_of(1) == ec::internal);
  CHECK(client->exchanges[0].cancelled);
  start(2);
  start(3);
  CHECK(client->open() == 2);
}

TEST_CASE_FIXTURE(provider_fixture, "a provider that stops ends all its calls") {
  for (model_call_key key = 1; key <= 4; ++key)
    start(key);
  self->send_exit(served, caf::exit_reason::user_shutdown);
  run();

  for (model_call_key key = 1; key <= 4; ++key)
    CHECK(code_of(key) == ec::cancelled);
  CHECK(client->open() == 0);
}

TEST_CASE_FIXTURE(provider_fixture, "configured models override and extend what is offered") {
  proto::model own;
  own.id.text = "fake/b";
  own.provider_id = "fake";
  own.name = "b";
  own.context_size = 5;
  auto extra = own;
  extra.id.text = "fake/z";
  extra.name = "z";
  options.models = {extra, own};
  models_body = "c\nb\na\n";
  auto got = list_models();

  REQUIRE(got.models.size() == 4);
  CHECK(got.models[0].id.text == "fake/a");
  CHECK(got.models[0].provider_name == "Fake");
  CHECK(got.models[1].context_size == 5);
  CHECK(got.models[3].id.text == "fake/z");
  CHECK(got.failures.empty());
}

TEST_CASE_FIXTURE(provider_fixture, "a list in pages is read to its end") {
  models_body = "a\nmore\n";
  second_page = "b\n";
  auto got = list_models();

  REQUIRE(got.models.size() == 2);
  CHECK(got.models[1].id.text == "fake/b");
  CHECK(got.failures.empty());
}

TEST_CASE_FIXTURE(provider_fixture, "a provider that cannot be asked keeps its configured models") {
  proto::model own;
  own.id.text = "fake/b";
  options.models = {own};
  SUBCASE("refused") {
    models_status = 500;
  }
  SUBCASE("malformed") {
    models_body = "garbage\n";
  }
  auto got = list_models();

  CHECK(got.models.size() == 1);
  REQUIRE(got.failures.size() == 1);
  CHECK(got.failures[0].provider_id == "fake");
}

TEST_CASE_FIXTURE(provider_fixture, "a provider that is not to be asked is not asked") {
  options.models_from = discovery::none;
  options.models.emplace_back().id.text = "fake/b";
  auto got = list_models();

  CHECK(got.models.size() == 1);
  CHECK(client->exchanges.empty());
}
