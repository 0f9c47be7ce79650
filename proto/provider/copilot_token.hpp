// COPILOT TOKENS: a GitHub token that another program holds (Neovim's and VS Code's plugins,
// opencode) buys a Copilot token, which lasts half an hour. Here are the pure pieces: finding the
// one in a file's text, asking for the other, reading the answer. All of them hold secrets.
#pragma once

#include "proto/provider/wire.hpp"
#include "proto/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kodad::proto::provider {

inline constexpr std::string_view copilot_token_url =
    "https://api.github.com/copilot_internal/v2/token";

struct copilot_token {
  std::string token;                   ///< The bearer for Copilot.
  int64_t expires_at_s = 0;            ///< Seconds since 1970.
  std::optional<int64_t> refresh_in_s; ///< Seconds from now after which a new one is due.
  std::string api_url;                 ///< Whom to call; empty: the usual host.
};

wire_request copilot_token_request(std::string_view token_url, std::string_view github_token);

/// Reads the answer's body. Fails with `provider_auth` and GitHub's words where it grants no token,
/// and with `provider_failed` where it is no such answer.
result<copilot_token> read_copilot_token(std::string_view body);

/// The GitHub token in the text of `github-copilot/hosts.json`, `github-copilot/apps.json` or
/// opencode's `auth.json`; nothing where there is none for github.com.
std::optional<std::string> find_github_token(std::string_view json);

} // namespace kodad::proto::provider
