#include "actors/provider/model_query.hpp"

#include "actors/error.hpp"
#include "proto/limits.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <map>

namespace kodad::actors {

namespace limits = proto::limits;

std::vector<proto::model> merge_models(std::vector<proto::model> found,
                                       const std::vector<proto::model>& configured,
                                       const std::string& provider_name) {
  std::map<proto::model_id, proto::model> by_id;
  for (auto& model : found)
    by_id.insert_or_assign(model.id, std::move(model));
  for (const auto& model : configured) {
    auto known = by_id.find(model.id);
    bool only_responses = known != by_id.end() && known->second.only_responses;
    auto& kept = by_id.insert_or_assign(model.id, model).first->second;
    kept.only_responses = only_responses; // No configuration says that.
  }
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
  if (!wire->credentials) {
    begin_asking(wire->to);
    return promise_;
  }
  self->request(*wire->credentials, limits::ask, get_endpoint{})
      .then([this](const granted_endpoint& granted) { begin_asking(granted.to); },
            [this](const caf::error& failure) { answer(from_caf(failure)); });
  return promise_;
}

void model_query_state::begin_asking(const proto::provider::endpoint& to) {
  discovery_ = wire->format->discover(to);
  enqueue(discovery_->begin());
}

void model_query_state::enqueue(std::vector<proto::provider::wire_request> questions) {
  for (auto& question : questions)
    unsent_.push_back(std::move(question));
  while (!unsent_.empty() && open_.size() < limits::model_questions)
    send_next();
}

void model_query_state::send_next() {
  auto wake = [me = model_query_actor(self)] { caf::anon_send(me, caf::update_atom_v); };
  auto inbox = std::make_shared<http_inbox>(limits::provider_models_bytes, wake);
  auto request = to_http(std::move(unsent_.front()));
  unsent_.pop_front();
  request.first_byte_deadline = limits::model_list_deadline;
  request.idle_deadline = limits::model_list_deadline;
  open_.emplace(sent_++, asked{inbox, {}});
  wire->client->start(std::move(request), inbox);
}

void model_query_state::look() {
  for (auto at = open_.begin(); at != open_.end();) {
    if (!take_in(at->second)) {
      ++at;
      continue;
    }
    auto number = at->first;
    auto answer = std::move(at->second.answer);
    at = open_.erase(at);
    enqueue(discovery_->answered(number, answer));
  }
  if (open_.empty() && unsent_.empty())
    answer(discovery_->finish());
}

/// Is the answer complete?
bool model_query_state::take_in(asked& from) {
  auto news = from.inbox->take();
  if (news.status) {
    from.answer.status = *news.status;
    from.answer.headers = std::move(news.headers);
  }
  // What is too long fails to parse and is reported as that.
  if (from.answer.body.size() + news.bytes.size() <= limits::provider_models_bytes)
    from.answer.body += news.bytes;
  from.answer.failure = news.failure;
  return news.ended;
}

void model_query_state::answer(proto::result<std::vector<proto::model>> found) {
  proto::model_list out;
  if (!found)
    out.failures.push_back({wire->to.provider_id, found.failure().context});
  auto models = found ? std::move(*found) : std::vector<proto::model>();
  out.models = merge_models(std::move(models), configured, provider_name);
  promise_.deliver(std::move(out));
  self->quit();
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
