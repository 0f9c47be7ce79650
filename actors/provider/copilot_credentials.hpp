// The COPILOT CREDENTIALS actor. Interface: credentials_actor in actors/interfaces.hpp. Owns the
// Copilot token that a GitHub token buys, shares one purchase among all who ask meanwhile, and buys
// anew shortly before the token ends. Where GitHub sells none (404) the GitHub token itself is
// used, as Copilot takes it from some programs. Both tokens stay in here and in the calls.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/provider/http_inbox.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <vector>

namespace kodad::actors {

/// What a Copilot token is bought with.
struct copilot_account {
  proto::provider::endpoint to; ///< `api_key` is the GitHub token.
  std::string token_url;
  bool takes_told_host = false; ///< Call the host that comes with the token, not `to.base_url`.
  std::shared_ptr<http_client> client;
};

struct copilot_credentials_state {
  using endpoint_promise = caf::typed_response_promise<granted_endpoint>;

  explicit copilot_credentials_state(credentials_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "copilot_credentials";

  endpoint_promise give();
  void look();

  credentials_actor::pointer self;
  copilot_account account;

private:
  void buy();
  void finish(const std::optional<proto::error>& failure);
  proto::result<granted_endpoint> read(std::chrono::seconds& life) const;

  std::optional<granted_endpoint> bought_;
  caf::actor_clock::time_point good_until_;
  std::vector<endpoint_promise> waiting_;
  std::shared_ptr<http_inbox> inbox_; // Of the purchase under way.
  int status_ = 0;
  header_list headers_;
  std::string body_;
};

credentials_actor::behavior_type
copilot_credentials(credentials_actor::stateful_pointer<copilot_credentials_state> self,
                    copilot_account account);

/// Is this a token of GitHub's, which has to be exchanged, rather than one of Copilot's own?
bool is_github_token(std::string_view key);

} // namespace kodad::actors
