#include "actors/provider/copilot_credentials.hpp"

#include "actors/error.hpp"
#include "actors/provider/provider_wire.hpp"
#include "proto/limits.hpp"
#include "proto/provider/classify.hpp"
#include "proto/provider/copilot_token.hpp"

#include <caf/send.hpp>

namespace kodad::actors {

namespace {

constexpr int64_t usual_life_s = 25 * 60; // A token lasts half an hour.
constexpr int64_t least_life_s = 30;
constexpr int sells_none = 404;

std::chrono::seconds life_of(const proto::provider::copilot_token& token) {
  return std::chrono::seconds(std::max(least_life_s, token.refresh_in_s.value_or(usual_life_s)));
}

} // namespace

bool is_github_token(std::string_view key) {
  return key.starts_with("gho_") || key.starts_with("ghu_") || key.starts_with("ghp_") ||
         key.starts_with("github_pat_");
}

copilot_credentials_state::endpoint_promise copilot_credentials_state::give() {
  auto promise = self->make_response_promise<granted_endpoint>();
  if (bought_ && self->clock().now() < good_until_) {
    promise.deliver(*bought_);
    return promise;
  }
  waiting_.push_back(promise);
  if (!inbox_)
    buy();
  return promise;
}

void copilot_credentials_state::buy() {
  status_ = 0;
  headers_.clear();
  body_.clear();
  auto wake = [me = credentials_actor(self)] { caf::anon_send(me, caf::update_atom_v); };
  inbox_ = std::make_shared<http_inbox>(proto::limits::provider_error_bytes, wake);
  auto request =
      to_http(proto::provider::copilot_token_request(account.token_url, account.to.api_key));
  request.first_byte_deadline = proto::limits::model_list_deadline;
  request.idle_deadline = proto::limits::model_list_deadline;
  account.client->start(std::move(request), inbox_);
}

void copilot_credentials_state::look() {
  if (!inbox_)
    return;
  auto news = inbox_->take();
  if (news.status) {
    status_ = *news.status;
    headers_ = std::move(news.headers);
  }
  // What is too long fails to parse and is reported as that.
  if (body_.size() + news.bytes.size() <= proto::limits::provider_error_bytes)
    body_ += news.bytes;
  if (!news.ended)
    return;
  inbox_.reset();
  finish(news.failure);
}

/// @param life How long what was bought is good, where the answer tells it.
proto::result<granted_endpoint> copilot_credentials_state::read(std::chrono::seconds& life) const {
  if (status_ == sells_none)
    return granted_endpoint{account.to};
  if (status_ < 200 || status_ >= 300)
    return proto::provider::classify_answer(status_, headers_, body_).what;
  auto token = proto::provider::read_copilot_token(body_);
  if (!token)
    return token.failure();
  life = life_of(*token);
  auto to = account.to;
  to.api_key = token->token;
  if (account.takes_told_host && !token->api_url.empty())
    to.base_url = token->api_url;
  return granted_endpoint{std::move(to)};
}

void copilot_credentials_state::finish(const std::optional<proto::error>& failure) {
  auto life = std::chrono::seconds(usual_life_s);
  auto bought = failure ? proto::result<granted_endpoint>(*failure) : read(life);
  if (bought) {
    bought_ = *bought;
    good_until_ = self->clock().now() + life;
  }
  for (auto& promise : std::exchange(waiting_, {})) {
    if (bought)
      promise.deliver(*bought);
    else
      promise.deliver(to_caf(bought.failure()));
  }
}

credentials_actor::behavior_type
copilot_credentials(credentials_actor::stateful_pointer<copilot_credentials_state> self,
                    copilot_account account) {
  self->state.account = std::move(account);
  return {
      [self](const get_endpoint&) { return self->state.give(); },
      [self](caf::update_atom) { self->state.look(); },
  };
}

} // namespace kodad::actors
