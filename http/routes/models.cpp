#include "http/routes/handlers.hpp"
#include "http/routes/parse.hpp"

namespace kodad::http {

namespace {

response models_response(const proto::model_list& all) {
  auto out = json_response(all.models);
  std::string failed;
  for (const auto& one : all.failures)
    failed += (failed.empty() ? "" : ", ") + one.provider_id;
  if (!failed.empty())
    out.headers.emplace_back("X-Provider-Errors", failed);
  return out;
}

} // namespace

void get_models(call& now) {
  ask<proto::model_list>(now.at.gateway, now.at.to.models, proto::list_models{}, now.token,
                         models_response);
}

void post_refresh(call& now) {
  ask<proto::model_list>(now.at.gateway, now.at.to.models, proto::refresh_models{}, now.token,
                         models_response);
}

} // namespace kodad::http
