#include "proto/provider/openai_endpoint.hpp"

#include "proto/provider/base_url.hpp"
#include "proto/provider/openai_dialect.hpp"
#include "proto/provider/openai_models.hpp"

namespace kodad::proto::provider {

void add_openai_credentials(const endpoint& to, header_list& headers) {
  if (to.api_key.empty())
    return;
  if (dialect_of(to.base_url).key_header)
    headers.emplace_back("api-key", to.api_key);
  else
    headers.emplace_back("authorization", "Bearer " + to.api_key);
}

wire_request openai_models_request(const endpoint& to) {
  wire_request out;
  out.method = "GET";
  out.url = call_url(to.base_url, openai_version, "/models");
  out.headers = {{"accept", "application/json"}};
  add_openai_credentials(to, out.headers);
  return out;
}

std::unique_ptr<model_discovery> discover_openai_models(const endpoint& to) {
  auto read = [id = to.provider_id](std::string_view body) -> result<model_page> {
    auto models = read_openai_models(id, body);
    if (!models)
      return models.failure();
    return model_page{std::move(*models), std::nullopt};
  };
  return list_discovery(openai_models_request(to), read);
}

} // namespace kodad::proto::provider
