// BASE URLS as people write them: with or without the version, with or without a slash at the end,
// or down to the very endpoint.
#pragma once

#include <string>
#include <string_view>

namespace kodad::proto::provider {

/// `base` + `version` + `path`, with the query of `base` kept at the end. `version` ("/v1") is left
/// out when the path of `base` has a version already, wherever it stands ("/v1beta/openai"), or
/// ends in an endpoint, which `path` then replaces.
std::string call_url(std::string_view base, std::string_view version, std::string_view path);

/// "/chat/completions", "/messages" or "/responses" where the path of `base` ends in it; else
/// nothing.
std::string_view endpoint_of(std::string_view base);

/// The host of a URL in lower case, without user and port.
std::string host_of(std::string_view url);

/// Is `host` that domain or one below it?
bool is_within(std::string_view host, std::string_view domain);

} // namespace kodad::proto::provider
