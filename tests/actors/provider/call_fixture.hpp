// Neighbours for tests of providers: a listener that writes down what it hears, an HTTP client
// whose answers the test types in, and a wire format of one line per chunk.
#pragma once

#include "actors/ports.hpp"
#include "tests/support/actor_fixture.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <map>

namespace kodad::test {

/// What a listener heard of its calls.
struct call_log {
  struct one_call {
    std::string text;
    size_t batches = 0;
    size_t late = 0; ///< Messages after the end.
    std::vector<std::optional<proto::provider::call_failure>> ends;
    std::vector<std::string> waits; ///< Why it waited, when it was told.
    std::vector<proto::stream_chunk> chunks;
  };
  std::map<actors::model_call_key, one_call> calls;
};

struct listener_state {
  explicit listener_state(actors::call_listener_actor::pointer) {}
  std::shared_ptr<call_log> log;
};

inline actors::call_listener_actor::behavior_type
call_listener(actors::call_listener_actor::stateful_pointer<listener_state> self,
              std::shared_ptr<call_log> log) {
  self->state.log = std::move(log);
  return {
      [self](const actors::call_waits& heard) {
        self->state.log->calls[heard.call].waits.push_back(heard.why);
      },
      [self](actors::call_chunks& heard) {
        auto& call = self->state.log->calls[heard.call];
        call.late += call.ends.empty() ? 0 : 1;
        ++call.batches;
        for (auto& chunk : heard.chunks) {
          if (chunk.kind == proto::chunk_kind::text)
            call.text += chunk.text;
          call.chunks.push_back(std::move(chunk));
        }
      },
      [self](const actors::call_ended& heard) {
        self->state.log->calls[heard.call].ends.push_back(heard.failure);
      },
  };
}

class fake_client : public actors::http_client {
public:
  struct exchange {
    actors::http_request request;
    std::shared_ptr<actors::http_listener> listener; ///< Empty once over.
    bool cancelled = false;
  };

  actors::exchange_key start(actors::http_request request,
                             std::shared_ptr<actors::http_listener> listener) override {
    exchanges.push_back({std::move(request), std::move(listener), false});
    return exchanges.size() - 1;
  }

  void cancel(actors::exchange_key key) override {
    exchanges[key].cancelled = true;
    end(key, proto::make_error(proto::ec::cancelled, "cancelled"));
  }

  void end(actors::exchange_key key, std::optional<proto::error> failure = std::nullopt) {
    if (auto listener = std::exchange(exchanges[key].listener, nullptr))
      listener->end(std::move(failure));
  }

  /// A whole answer.
  void answer(actors::exchange_key key, int status, std::string body) {
    exchanges[key].listener->head(status, {});
    exchanges[key].listener->data(std::move(body));
    end(key);
  }

  size_t open() const {
    return static_cast<size_t>(std::count_if(exchanges.begin(), exchanges.end(),
                                             [](const exchange& one) { return one.listener; }));
  }

  std::vector<exchange> exchanges;
};

/// Lines: "stop" ends, "broken" fails, all else is text.
class line_decoder : public proto::provider::stream_decoder {
public:
  proto::result<void> feed(std::string_view bytes, std::vector<proto::stream_chunk>& out) override {
    for (rest_ += bytes; rest_.find('\n') != std::string::npos;) {
      auto line = rest_.substr(0, rest_.find('\n'));
      rest_.erase(0, line.size() + 1);
      if (line == "broken")
        return proto::make_error(proto::ec::provider_failed, "an error frame");
      if (line == "throw")
        throw std::runtime_error("a bug");
      auto& chunk = out.emplace_back();
      chunk.text = line;
      stopped_ = line == "stop";
      if (stopped_)
        chunk.kind = proto::chunk_kind::stop;
    }
    return {};
  }

  proto::result<void> finish(proto::provider::body_end,
                             std::vector<proto::stream_chunk>&) override {
    if (!stopped_)
      return proto::make_error(proto::ec::stream_cut, "no end marker");
    return {};
  }

private:
  std::string rest_;
  bool stopped_ = false;
};

class line_format : public proto::provider::adapter {
public:
  proto::provider::wire_request encode(const proto::provider::endpoint& to,
                                       const proto::chat_request&) const override {
    return {"POST", to.base_url + "/chat", {}, "{}"};
  }

  std::unique_ptr<proto::provider::stream_decoder> decoder(const proto::model_id&) const override {
    return std::make_unique<line_decoder>();
  }

  proto::provider::call_failure classify(int status, const proto::provider::header_list&,
                                         std::string_view body) const override {
    auto what = proto::make_error(proto::ec::rate_limited,
                                  std::to_string(status) + " " + std::string(body));
    return {what, proto::provider::remedy::retry, 7};
  }

  std::unique_ptr<proto::provider::model_discovery>
  discover(const proto::provider::endpoint& to) const override {
    return proto::provider::list_discovery(
        {"GET", to.base_url + "/models", {}, ""},
        [id = to.provider_id](std::string_view body) { return read_models(id, body); });
  }

private:
  /// One name a line; "more" stands for a next page.
  static proto::result<proto::provider::model_page> read_models(const std::string& provider,
                                                                std::string_view body) {
    proto::provider::model_page out;
    while (!body.empty()) {
      auto name = body.substr(0, body.find('\n'));
      body.remove_prefix(std::min(name.size() + 1, body.size()));
      if (name == "garbage")
        return proto::make_error(proto::ec::provider_failed, "malformed list");
      if (name == "more") {
        out.next = {"GET", "http://fake/models?page=2", {}, ""};
        continue;
      }
      auto& model = out.models.emplace_back();
      model.name = name;
      model.provider_id = provider;
      model.id.text = provider + "/" + model.name;
    }
    return out;
  }
};

inline actors::start_call make_call(actors::model_call_key key, const std::string& session,
                                    actors::call_listener_actor listener) {
  auto request = std::make_shared<proto::chat_request>();
  request->model.text = "fake/model";
  return {key, proto::session_id{session}, std::move(request), std::move(listener)};
}

} // namespace kodad::test
