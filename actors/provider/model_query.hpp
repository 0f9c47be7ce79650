// The MODEL QUERY: asks a provider once which models it offers, and quits. Sends what the format's
// discovery wants to know, some questions at a time. The configured models are always in the answer
// and override what the provider says of them; a provider that cannot be asked is named in the
// answer's failures.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/provider/http_inbox.hpp"
#include "actors/provider/provider_wire.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <deque>
#include <map>

namespace kodad::actors {

using model_query_actor =
    caf::typed_actor<caf::replies_to<proto::list_models>::with<proto::model_list>,
                     // INTERNAL: something has arrived.
                     caf::reacts_to<caf::update_atom>>;

/// `found` with those of `configured` put in or over it, sorted by id; each gets the provider's
/// display name where it has none.
std::vector<proto::model> merge_models(std::vector<proto::model> found,
                                       const std::vector<proto::model>& configured,
                                       const std::string& provider_name);

struct model_query_state {
  explicit model_query_state(model_query_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "model_query";

  caf::typed_response_promise<proto::model_list> ask();
  void look();

  model_query_actor::pointer self;
  std::shared_ptr<const provider_wire> wire;
  std::vector<proto::model> configured;
  std::string provider_name;

private:
  /// A question under way.
  struct asked {
    std::shared_ptr<http_inbox> inbox;
    proto::provider::wire_answer answer;
  };

  void begin_asking(const proto::provider::endpoint& to);
  void enqueue(std::vector<proto::provider::wire_request> questions);
  void send_next();
  bool take_in(asked& from);
  void answer(proto::result<std::vector<proto::model>> found);

  std::unique_ptr<proto::provider::model_discovery> discovery_;
  std::deque<proto::provider::wire_request> unsent_;
  std::map<size_t, asked> open_; // By the question's number.
  size_t sent_ = 0;
  caf::typed_response_promise<proto::model_list> promise_;
};

/// @param configured Models that are in every answer.
model_query_actor::behavior_type
model_query(model_query_actor::stateful_pointer<model_query_state> self,
            std::shared_ptr<const provider_wire> wire, std::vector<proto::model> configured,
            std::string provider_name);

} // namespace kodad::actors
