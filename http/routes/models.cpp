#include "http/routes/handlers.hpp"
#include "http/routes/parse.hpp"

namespace kodad::http {

namespace {

response models_response(const proto::model_list& all, const link_base& from) {
  auto out = json_response(all.models);
  add_next(out, from, all.next_cursor);
  std::string failed;
  for (const auto& one : all.failures)
    failed += (failed.empty() ? "" : ", ") + one.provider_id;
  if (!failed.empty())
    out.headers.emplace_back("X-Provider-Errors", failed);
  return out;
}

} // namespace

void get_models(call& now) {
  auto wish = page_of(now.in);
  if (!wish)
    return refuse(now, wish.failure());
  auto shape = [from = link_base{now.in.path, now.in.query}](const proto::model_list& page) {
    return models_response(page, from);
  };
  ask_in_line<proto::model_list>(*now.at.pages, now.at.gateway, now.at.to.models,
                                 proto::list_models{*wish}, now.token, shape);
}

void post_refresh(call& now) {
  auto shape = [](const proto::model_list& page) { return models_response(page, {"/models", ""}); };
  ask<proto::model_list>(now.at.gateway, now.at.to.models, proto::refresh_models{}, now.token,
                         shape);
}

} // namespace kodad::http
