#include "http/routes/handlers.hpp"
#include "http/routes/parse.hpp"
#include "proto/limits.hpp"

#include <algorithm>
#include <chrono>

namespace kodad::http {

namespace {

void write_refusal(int64_t since_ms, proto::json::writer& out) {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  auto lasts_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count() - since_ms;
  out.key("storage").string("refuses writes");
  out.key("storage_refuses_s").integer(std::max<int64_t>(lasts_ms, 0) / 1000);
}

std::string health_body(const host_facts& facts, bool is_draining) {
  proto::json::writer out;
  out.begin_object().key("status").string(is_draining ? "draining" : "ok");
  out.key("version").string(facts.version);
  bool has_tools = *facts.has_tools;
  int64_t refused_ms = *facts.writes_refused_ms;
  if (!has_tools || refused_ms > 0)
    out.key("details").begin_object();
  if (!has_tools)
    out.key("tools").string("restarting");
  if (refused_ms > 0)
    write_refusal(refused_ms, out);
  if (!has_tools || refused_ms > 0)
    out.end_object();
  out.end_object();
  return out.take();
}

void write_limits(const host_facts& facts, proto::json::writer& out) {
  namespace limits = proto::limits;
  auto put = [&out](std::string_view name, size_t bound) {
    out.key(name).integer(static_cast<int64_t>(bound));
  };
  out.begin_object();
  put("body_bytes", limits::body_bytes);
  put("queue_length", limits::queue_length);
  put("page_max", limits::page_max);
  put("connections", facts.connections);
  put("subscriber_buffer_bytes", limits::subscriber_buffer_bytes);
  put("steps_max", limits::steps_max);
  out.end_object();
}

response config_response(const host_facts& facts, const proto::provider_list& providers) {
  proto::json::writer out;
  out.begin_object().key("version").string(facts.version);
  out.key("default_agent").string(facts.default_agent.text);
  out.key("default_model").string(facts.default_model.text);
  out.key("tool_count").integer(static_cast<int64_t>(facts.tools.size())).key("tools");
  proto::json::write_value(out, facts.tools);
  out.key("mcp_servers").begin_array().end_array().key("providers");
  proto::json::write_value(out, providers.providers);
  out.key("workspace_roots");
  proto::json::write_value(out, facts.workspace_roots);
  out.key("sandbox").begin_object().key("mode").string(facts.sandbox);
  if (!facts.sandbox_reason.empty())
    out.key("reason").string(facts.sandbox_reason);
  out.end_object().key("limits");
  write_limits(facts, out);
  out.end_object();
  response made;
  made.body = out.take();
  return made;
}

response not_ready(std::string_view part, const proto::error& why) {
  proto::json::writer out;
  out.begin_object().key("error").string(std::string(part) + " is not ready");
  out.key("code").string(to_word(why.code)).key("part").string(part).end_object();
  response made;
  made.status = 503;
  made.body = out.take();
  made.headers.emplace_back("Retry-After", "1");
  return made;
}

} // namespace

void get_health(call& now) {
  bool is_draining = now.at.facts->is_draining;
  response made;
  made.status = is_draining ? 503 : 200;
  made.body = health_body(*now.at.facts, is_draining);
  if (is_draining)
    made.headers.emplace_back("Retry-After", "1");
  now.token.answer(std::move(made));
}

void get_ready(call& now) {
  auto run = [to = now.at.to, facts = now.at.facts,
              token = now.token](gateway_actor::pointer self) {
    if (facts->is_draining)
      return token.answer(not_ready("the server", proto::make_error(proto::ec::draining, "")));
    auto left = std::make_shared<int>(2);
    auto look_at = [self, token, left](const auto& part, auto question, const char* name) {
      self->request(part, proto::limits::ready, std::move(question))
          .then(
              [token, left](const proto::acknowledged&) {
                if (--*left == 0)
                  token.answer(response{.body = R"({"status":"ready"})"});
              },
              [token, name](const caf::error& failure) {
                token.answer(not_ready(name, actors::from_caf(failure)));
              });
    };
    look_at(to.store, actors::keep{}, "store");
    look_at(to.directory, caf::get_atom_v, "directory");
  };
  caf::anon_send(now.at.urgent, errand{std::move(run)});
}

void get_config(call& now) {
  ask<proto::provider_list>(now.at.gateway, now.at.to.models, proto::list_providers{}, now.token,
                            [facts = now.at.facts](const proto::provider_list& providers) {
                              return config_response(*facts, providers);
                            });
}

} // namespace kodad::http
