// OPENAI ENDPOINT: what the two formats of OpenAI, Chat Completions and Responses, share beside
// neither body: where the key goes and how the models are listed.
#pragma once

#include "proto/provider/discovery.hpp"
#include "proto/provider/wire.hpp"

#include <memory>
#include <string_view>

namespace kodad::proto::provider {

/// The version that a base URL may lack.
inline constexpr std::string_view openai_version = "/v1";

/// Adds the header that holds the key, if there is one.
void add_openai_credentials(const endpoint& to, header_list& headers);

/// GET {base}/models.
wire_request openai_models_request(const endpoint& to);
std::unique_ptr<model_discovery> discover_openai_models(const endpoint& to);

} // namespace kodad::proto::provider
