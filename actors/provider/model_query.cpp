#include "actors/provider/model_query.hpp"

#include "proto/limits.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <map>

namespace kodad::actors {

namespace limits = proto::limits;
using proto::ec;

std::vector<proto::model> merge_models(std::vector<proto::model> found,
                                       const std::vector<proto::model>& configured,
                                       const std::string& provider_name) {
  std::map<proto::model_id, proto::model> by_id;
  for (auto& model : found)
    by_id.insert_or_assign(model.id, std::move(model));
  for (const auto& model : configured)
    by_id.insert_or_assign(model.id, model);
  std::vector<proto::model> out;
  for (auto& [id, model] : by_id) {
    if (model.provider_name.empty())
      model.provider_name = provider_name;
    out.push_back(std::move(model));
  }
  return out;
}

caf::typed_response_promise<proto::model_list> model_query_state::ask() {
  promise_ = self->make_response_promise<proto::model_list>();
  auto wake = [me = model_query_actor(self)] { caf::anon_send(me, caf::update_atom_v); };
  inbox_ = std::make_shared<http_inbox>(limits::provider_models_bytes, wake);
  auto request = to_http(wire->format->list_models(wire->to));
  request.first_byte_deadline = limits::model_list_deadline;
  request.idle_deadline = limits::model_list_deadline;
  wire->client->start(std::move(request), inbox_);
  return promise_;
}

void model_query_state::look() {
  auto news = inbox_->take();
  if (news.status) {
    status_ = *news.status;
    headers_ = std::move(news.headers);
  }
  // What is too long fails to parse and is reported as that.
  if (body_.size() + news.bytes.size() <= limits::provider_models_bytes)
    body_ += news.bytes;
  if (news.ended)
    answer(news.failure);
}

void model_query_state::answer(const std::optional<proto::error>& failure) {
  proto::model_list out;
  auto found = read(failure);
  if (!found)
    out.failures.push_back({wire->to.provider_id, found.failure().context});
  auto models = found ? std::move(*found) : std::vector<proto::model>();
  out.models = merge_models(std::move(models), configured, provider_name);
  promise_.deliver(std::move(out));
  self->quit();
}

proto::result<std::vector<proto::model>>
model_query_state::read(const std::optional<proto::error>& failure) const {
  if (failure)
    return *failure;
  if (status_ < 200 || status_ >= 300)
    return wire->format->classify(status_, headers_, body_).what;
  return wire->format->read_models(wire->to, body_);
}

model_query_actor::behavior_type
model_query(model_query_actor::stateful_pointer<model_query_state> self,
            std::shared_ptr<const provider_wire> wire, std::vector<proto::model> configured,
            std::string provider_name) {
  self->state.wire = std::move(wire);
  self->state.configured = std::move(configured);
  self->state.provider_name = std::move(provider_name);
  return {
      [self](const proto::list_models&) { return self->state.ask(); },
      [self](caf::update_atom) { self->state.look(); },
  };
}

} // namespace kodad::actors
