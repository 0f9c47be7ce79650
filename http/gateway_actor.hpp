// The GATEWAY ACTOR: keeps the reply tokens of requests that wait for an actor. A route hands it an
// errand (whom to ask what, and how the answer looks) and returns; the worker thread never waits.
// The token is answered with the reply, with the error's status, or with 504 when nobody replies.
#pragma once

#include "actors/interfaces.hpp"
#include "http/error_response.hpp"
#include "http/gateway/page_line.hpp"
#include "http/gateway/reply_token.hpp"
#include "proto/limits.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <utility>

namespace kodad::http {

struct errand;

/// The gateway's handle: it takes errands.
using gateway_actor = caf::typed_actor<caf::reacts_to<errand>>;

/// One request to one actor, ready to be made.
struct errand {
  std::function<void(gateway_actor::pointer)> run;
};

/// @param facts Kept alive for the routes; an actor without arguments trips over CAF 0.17.6.
gateway_actor::behavior_type gateway_behavior(gateway_actor::pointer self,
                                              std::shared_ptr<const void> facts);

/// Asks `to` for `Reply` and answers the token with what `shape` makes of it.
/// @param shape (Reply&) -> response; runs in the gateway actor, decides nothing.
template <class Reply, class Handle, class Question, class Shape>
void ask(const gateway_actor& through, const Handle& to, Question question, reply_token token,
         Shape shape) {
  auto run = [to, question = std::move(question), token,
              shape = std::move(shape)](gateway_actor::pointer self) {
    self->request(to, proto::limits::ask, question)
        .then([token, shape](Reply& reply) { token.answer(shape(reply)); },
              [token](const caf::error& failure) { token.answer(actors::from_caf(failure)); });
  };
  caf::anon_send(through, errand{std::move(run)});
}

/// The same for an answer that may be large: once it is its turn. See page_line.
template <class Reply, class Handle, class Question, class Shape>
void ask_in_line(page_line& line, const gateway_actor& through, const Handle& to, Question question,
                 reply_token token, Shape shape) {
  auto begin = [through, to, question = std::move(question), token,
                shape = std::move(shape)](const page_line::turn& turn) {
    auto run = [to, question, token, shape, turn](gateway_actor::pointer self) {
      auto answer = [token, turn](response reply) {
        reply.turn = turn;
        token.answer(std::move(reply));
      };
      self->request(to, proto::limits::ask, question)
          .then([answer, shape](Reply& reply) { answer(shape(reply)); },
                [token, turn](const caf::error& failure) {
                  token.answer(actors::from_caf(failure));
                });
    };
    caf::anon_send(through, errand{std::move(run)});
  };
  if (!line.enter(std::move(begin)))
    token.answer(host_is_full("too many pages are waiting"));
}

} // namespace kodad::http

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::http::errand)
