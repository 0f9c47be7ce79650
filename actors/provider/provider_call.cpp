#include "actors/provider/provider_call.hpp"

#include "actors/error.hpp"
#include "actors/provider/call_desk.hpp"
#include "proto/limits.hpp"
#include "proto/limits/requests.hpp"
#include "proto/provider/option_refusal.hpp"

#include <caf/send.hpp>

namespace kodad::actors {

namespace limits = proto::limits;
using proto::ec;

namespace {

proto::provider::body_end body_end_of(const std::optional<proto::error>& failure) {
  using proto::provider::body_end;
  if (!failure)
    return body_end::orderly;
  return failure->code == ec::stream_stalled ? body_end::silent : body_end::broken;
}

} // namespace

provider_call_state::~provider_call_state() {
  if (exchange_)
    wire->client->cancel(*exchange_);
}

void provider_call_state::look() {
  if (over_)
    return;
  if (!std::exchange(begun_, true))
    return begin_call();
  if (!inbox_)
    return;
  auto news = inbox_->take();
  if (news.status) {
    status_ = *news.status;
    headers_ = std::move(news.headers);
    self->send(owner, call_headed{call.call, status_, proto::provider::read_rate_limits(headers_)});
    if (is_success() && on_trial_)
      wire->refused->note(call.request->model, *std::exchange(on_trial_, std::nullopt));
    if (is_success()) // A conversation can be megabytes long and its answer minutes.
      call.request = nullptr;
  }
  if (!news.bytes.empty())
    receive(news.bytes);
  if (!over_ && news.overflowed && is_success())
    fail(proto::make_error(ec::provider_failed, "the answer came faster than it could be read"));
  if (!over_ && news.ended) {
    exchange_.reset();
    finish(news.failure);
  }
  // What says its last word usually ends with it.
  if (!over_ && stop_seen_ && !std::exchange(grace_asked_, true))
    self->delayed_send(self, limits::end_marker_grace, caf::tick_atom_v);
}

void provider_call_state::begin_call() {
  if (!wire->credentials)
    return open(wire->to);
  self->request(*wire->credentials, limits::ask, get_endpoint{})
      .then(
          [this](const granted_endpoint& granted) {
            if (!over_)
              open(granted.to);
          },
          [this](const caf::error& failure) {
            if (!over_)
              fail(from_caf(failure));
          });
}

void provider_call_state::open(proto::provider::endpoint to) {
  to_ = std::move(to);
  send_request();
}

proto::provider::wire_request provider_call_state::encode() const {
  return without_options(wire->format->encode(to_, *call.request), left_out_);
}

void provider_call_state::send_request() {
  auto wake = [me = model_call_actor(self)] { caf::anon_send(me, caf::update_atom_v); };
  inbox_ = std::make_shared<http_inbox>(limits::provider_unread_bytes, wake);
  decoder_ = wire->format->decoder_for(*call.request);
  left_out_ = wire->refused->of(call.request->model);
  if (on_trial_)
    note(left_out_, *on_trial_);
  exchange_ = wire->client->start(to_http(encode(), wire->deadlines), inbox_);
}

/// Remembers the option that the answer complains of, for this model, and makes the call without.
bool provider_call_state::send_without_option() {
  // An answer that had begun well is none that can be asked for again.
  if (options_dropped_ == limits::options_dropped || !call.request)
    return false;
  const auto& model = call.request->model;
  auto option = proto::provider::read_refusal(status_, error_body_, encode(), left_out_);
  if (!option)
    return false;
  // Without its tools a model is of little use: that is remembered only once it has helped.
  if (option->key == "tools")
    on_trial_ = std::move(option);
  else
    wire->refused->note(model, std::move(*option));
  ++options_dropped_;
  status_ = 0;
  headers_.clear();
  error_body_.clear();
  send_request();
  return true;
}

void provider_call_state::receive(std::string_view bytes) {
  if (!is_success()) {
    auto room = limits::provider_error_bytes - error_body_.size();
    error_body_ += bytes.substr(0, room);
    return;
  }
  received_ += bytes.size();
  if (received_ > limits::provider_answer_bytes)
    return fail(proto::make_error(ec::provider_failed, "the provider's answer has no end"));
  std::vector<proto::stream_chunk> chunks;
  auto fed = decoder_->feed(bytes, chunks);
  show(std::move(chunks));
  if (!fed)
    fail(fed.failure());
}

void provider_call_state::finish(const std::optional<proto::error>& failure) {
  if (status_ != 0 && !is_success()) {
    if (!send_without_option())
      conclude(wire->format->classify(status_, headers_, error_body_));
    return;
  }
  if (status_ == 0)
    return fail(failure.value_or(
        proto::make_error(ec::provider_failed, "the provider closed without an answer")));
  std::vector<proto::stream_chunk> chunks;
  auto finished = decoder_->finish(body_end_of(failure), chunks);
  show(std::move(chunks));
  // With its end marker an answer is whole, however the connection ended.
  if (finished)
    return conclude(std::nullopt);
  // What the provider itself said tells more than how it was cut off.
  bool is_cut = finished.failure().code == ec::stream_cut;
  if (!failure && is_cut && received_ == 0)
    return fail(proto::make_error(ec::provider_failed, "the provider answered " +
                                                           std::to_string(status_) +
                                                           " with an empty body"));
  fail(failure && is_cut ? *failure : finished.failure());
}

void provider_call_state::show(std::vector<proto::stream_chunk> chunks) {
  if (chunks.empty())
    return;
  for (const auto& chunk : chunks)
    stop_seen_ = stop_seen_ || chunk.kind == proto::chunk_kind::stop;
  self->send(call.listener, call_chunks{call.call, std::move(chunks)});
}

void provider_call_state::end_grace() {
  if (!over_)
    finish(std::nullopt);
}

void provider_call_state::cancel() {
  if (!over_)
    conclude(cancelled_failure());
}

void provider_call_state::fail(const proto::error& why) {
  conclude(proto::provider::classify_error(why));
}

void provider_call_state::conclude(std::optional<proto::provider::call_failure> failure) {
  over_ = true;
  if (exchange_)
    wire->client->cancel(*exchange_);
  exchange_.reset();
  self->send(call.listener, call_ended{call.call, failure});
  self->send(owner, call_ended{call.call, std::move(failure)});
  self->quit();
}

model_call_actor::behavior_type
provider_call(model_call_actor::stateful_pointer<provider_call_state> self,
              std::shared_ptr<const provider_wire> wire, start_call call, provider_actor owner) {
  self->state.wire = std::move(wire);
  self->state.call = std::move(call);
  self->state.owner = std::move(owner);
  // What a decoder throws ends this call alone; the provider tells the listener.
  self->set_exception_handler(
      [](std::exception_ptr&) -> caf::error { return caf::sec::runtime_error; });
  // A listener that is dead already is reported before the call begins: nothing is started.
  self->set_down_handler([self](caf::down_msg&) { self->state.cancel(); });
  self->monitor(self->state.call.listener);
  self->send(self, caf::update_atom_v);
  return {
      [self](caf::update_atom) { self->state.look(); },
      [self](caf::tick_atom) { self->state.end_grace(); },
      [self](caf::close_atom) { self->state.cancel(); },
  };
}

} // namespace kodad::actors
