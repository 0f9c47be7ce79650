// The PROVIDER CALL: one streamed model call over HTTP. Encodes the request, decodes what arrives
// in batches, and ends exactly once: by the body's end, a failure, a cancellation, or the death of
// its listener, which also closes the connection. Retries nothing, that is the turn's decision;
// only where the provider refuses an option by name, the call is made again without it, at once.
#pragma once

#include "actors/provider/http_inbox.hpp"
#include "actors/provider/model_call.hpp"
#include "actors/provider/provider_wire.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace kodad::actors {

struct provider_call_state {
  explicit provider_call_state(model_call_actor::pointer self_ptr) : self(self_ptr) {}
  ~provider_call_state();

  static inline const char* name = "provider_call";

  /// Begins at the first message; later takes in what has arrived.
  void look();

  /// The grace after the end marker is over: the provider forgot to close.
  void end_grace();

  void cancel();

  model_call_actor::pointer self;
  std::shared_ptr<const provider_wire> wire;
  start_call call;
  provider_actor owner;

private:
  void begin_call();
  void open(proto::provider::endpoint to);
  void send_request();
  bool send_without_option();
  void receive(std::string_view bytes);
  void finish(const std::optional<proto::error>& failure);
  void show(std::vector<proto::stream_chunk> chunks);
  void fail(const proto::error& why);
  void conclude(std::optional<proto::provider::call_failure> failure);
  bool is_success() const { return status_ >= 200 && status_ < 300; }

  proto::provider::wire_request encode() const;

  proto::provider::endpoint to_;
  std::vector<proto::provider::refused_option> left_out_;   // Of the request under way.
  std::optional<proto::provider::refused_option> on_trial_; // Left out, not yet remembered.
  size_t options_dropped_ = 0;
  std::shared_ptr<http_inbox> inbox_;
  std::optional<exchange_key> exchange_; // Set while it may be open.
  std::unique_ptr<proto::provider::stream_decoder> decoder_;
  int status_ = 0; // 0 until the head has come.
  proto::provider::header_list headers_;
  std::string error_body_;
  size_t received_ = 0;
  bool begun_ = false;
  bool stop_seen_ = false;
  bool grace_asked_ = false;
  bool over_ = false;
};

/// @param wire Outlives the call.
/// @param owner The provider, which is told of the end too.
model_call_actor::behavior_type
provider_call(model_call_actor::stateful_pointer<provider_call_state> self,
              std::shared_ptr<const provider_wire> wire, start_call call, provider_actor owner);

} // namespace kodad::actors
