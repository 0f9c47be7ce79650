#include "proto/provider/copilot_models.hpp"

#include "proto/json/reader.hpp"
#include "proto/limits.hpp"

#include <algorithm>

namespace kodad::proto::provider {

namespace {

constexpr std::string_view chat = "/chat/completions";
constexpr std::string_view responses = "/responses";

std::optional<int64_t> count(const std::optional<json::object>& from, std::string_view key) {
  auto number = from ? json::find_integer(*from, key) : std::nullopt;
  return number && *number > 0 ? number : std::nullopt;
}

/// Does the model say that it is reached there? One that says nothing is reached by chat.
bool is_reached_by(const json::object& from, std::string_view endpoint) {
  auto endpoints = json::find_array(from, "supported_endpoints");
  if (!endpoints)
    return endpoint == chat;
  return std::any_of(endpoints->begin(), endpoints->end(), [endpoint](const json::value& node) {
    std::string_view path;
    return node.get(path) == simdjson::SUCCESS && path.ends_with(endpoint);
  });
}

bool is_usable(const json::object& from, const std::optional<json::object>& can) {
  if (can && json::find_string(*can, "type").value_or("chat") != "chat")
    return false;
  if (!json::find_bool(from, "model_picker_enabled").value_or(true))
    return false;
  auto policy = json::find_object(from, "policy");
  // Besides "disabled" there is "unconfigured": its terms are not accepted yet.
  if (policy && json::find_string(*policy, "state").value_or("enabled") != "enabled")
    return false;
  return is_reached_by(from, chat) || is_reached_by(from, responses);
}

void read_abilities(model& out, const json::object& supports) {
  out.tool_call = json::find_bool(supports, "tool_calls").value_or(false);
  out.vision = json::find_bool(supports, "vision").value_or(false);
  auto efforts = json::find_array(supports, "reasoning_effort");
  out.reasoning = (efforts && efforts->size() > 0) ||
                  json::find_bool(supports, "adaptive_thinking").value_or(false) ||
                  json::find_integer(supports, "max_thinking_budget").value_or(0) > 0;
}

std::optional<model> read_one(const std::string& provider_id, const json::object& from) {
  auto name = json::find_string(from, "id");
  auto can = json::find_object(from, "capabilities");
  if (!name || name->empty() || !is_usable(from, can))
    return std::nullopt;
  model out;
  out.name = *name;
  out.id.text = provider_id + "/" + out.name;
  out.provider_id = provider_id;
  out.provider_name = provider_id;
  out.only_responses = !is_reached_by(from, chat);
  auto sizes = can ? json::find_object(*can, "limits") : std::nullopt;
  out.max_input_tokens = count(sizes, "max_prompt_tokens");
  out.max_output_tokens = count(sizes, "max_output_tokens");
  out.context_size =
      count(sizes, "max_context_window_tokens").value_or(out.max_input_tokens.value_or(0));
  if (auto supports = can ? json::find_object(*can, "supports") : std::nullopt)
    read_abilities(out, *supports);
  return out;
}

} // namespace

result<std::vector<model>> read_copilot_models(const std::string& provider_id,
                                               std::string_view body) {
  json::parser parse;
  auto root = parse.parse_object(body);
  auto list = root ? json::find_array(*root, "data") : std::nullopt;
  if (!list)
    return make_error(ec::provider_failed, "read the list of models: it holds no list");
  std::vector<model> out;
  for (auto node : *list) {
    json::object from;
    if (out.size() == limits::models_listed || node.get(from) != simdjson::SUCCESS)
      continue;
    if (auto one = read_one(provider_id, from))
      out.push_back(std::move(*one));
  }
  return out;
}

} // namespace kodad::proto::provider
