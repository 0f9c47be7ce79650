// COPILOT: the adapter for GitHub Copilot, which speaks Chat Completions with headers of its own
// and without a version in its paths. The key is a Copilot token (copilot_token.hpp) or whatever
// else the service takes as a bearer. Models that it offers only in other formats are not listed.
#pragma once

#include "proto/provider/adapter.hpp"

namespace kodad::proto::provider {

inline constexpr std::string_view copilot_base_url = "https://api.githubcopilot.com";

/// Has no state: one serves all endpoints and threads. An endpoint without a base URL means
/// `copilot_base_url`.
std::unique_ptr<adapter> make_copilot();

/// Who we are, as Copilot's servers want to be told.
void add_copilot_identity(header_list& headers);

} // namespace kodad::proto::provider
