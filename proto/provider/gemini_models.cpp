#include "proto/provider/gemini_models.hpp"

#include "proto/json/reader.hpp"
#include "proto/limits.hpp"

namespace kodad::proto::provider {

namespace {

constexpr std::string_view collection = "models/";

bool generates(const json::object& from) {
  auto methods = json::find_array(from, "supportedGenerationMethods");
  if (!methods)
    return true; // Gateways leave it out.
  for (auto node : *methods) {
    std::string_view text;
    if (node.get(text) == simdjson::SUCCESS &&
        (text == "generateContent" || text == "streamGenerateContent"))
      return true;
  }
  return false;
}

std::optional<int64_t> count(const json::object& from, std::string_view key) {
  auto number = json::find_integer(from, key);
  return number && *number > 0 ? number : std::nullopt;
}

/// The list does not say who calls tools and sees; the families do.
void read_abilities(model& out, const json::object& from) {
  auto has = [&out](std::string_view part) { return out.name.find(part) != std::string::npos; };
  bool other_trade = has("-tts") || has("-image");
  out.reasoning = json::find_bool(from, "thinking").value_or(false);
  out.vision = has("gemini-") && !has("-tts");
  out.tool_call = !other_trade && !has("gemma-3");
}

std::optional<model> read_one(const std::string& provider_id, const json::object& from) {
  auto name = json::find_string(from, "name").value_or("");
  if (name.starts_with(collection))
    name.remove_prefix(collection.size());
  if (name.empty() || !generates(from))
    return std::nullopt;
  model out;
  out.name = name;
  out.id.text = provider_id + "/" + out.name;
  out.provider_id = provider_id;
  out.provider_name = provider_id;
  out.max_input_tokens = count(from, "inputTokenLimit");
  out.max_output_tokens = count(from, "outputTokenLimit");
  out.context_size = out.max_input_tokens.value_or(0);
  read_abilities(out, from);
  return out;
}

} // namespace

result<gemini_page> read_gemini_models(const std::string& provider_id, std::string_view body) {
  json::parser parse;
  auto root = parse.parse_object(body);
  if (!root)
    return make_error(ec::provider_failed, "read the list of models: it is no JSON object");
  auto list = json::find_array(*root, "models");
  if (!list)
    return make_error(ec::provider_failed, "read the list of models: it holds no list");
  gemini_page out;
  out.next_token = json::find_string(*root, "nextPageToken").value_or("");
  for (auto node : *list) {
    json::object from;
    if (out.models.size() == limits::models_listed || node.get(from) != simdjson::SUCCESS)
      continue;
    if (auto one = read_one(provider_id, from))
      out.models.push_back(std::move(*one));
  }
  return out;
}

} // namespace kodad::proto::provider
