#include "proto/provider/openai_models.hpp"

#include "proto/json/reader.hpp"
#include "proto/limits.hpp"

#include <array>
#include <charconv>
#include <initializer_list>

namespace kodad::proto::provider {

namespace {

std::optional<int64_t> first_count(const json::object& from,
                                   std::initializer_list<std::string_view> keys) {
  for (auto key : keys)
    if (auto number = json::find_integer(from, key); number && *number > 0)
      return number;
  return std::nullopt;
}

bool holds(const std::optional<json::array>& list, std::string_view word) {
  if (!list)
    return false;
  for (auto node : *list) {
    std::string_view text;
    if (node.get(text) == simdjson::SUCCESS && text == word)
      return true;
  }
  return false;
}

/// Dollars for a token, as a string or a number, to dollars for a million.
double price(const json::object& from, std::string_view key) {
  double each = json::find_number(from, key).value_or(0);
  if (auto text = json::find_string(from, key))
    std::from_chars(text->data(), text->data() + text->size(), each);
  return each > 0 ? each * 1e6 : 0;
}

void read_sizes(model& out, const json::object& from) {
  auto context = first_count(from, {"loaded_context_length", "max_model_len", "context_length",
                                    "max_context_length", "context_window"});
  auto top = json::find_object(from, "top_provider");
  auto meta = json::find_object(from, "meta");
  if (!context && top)
    context = first_count(*top, {"context_length"});
  if (!context && meta)
    context = first_count(*meta, {"n_ctx", "n_ctx_train"});
  out.context_size = context.value_or(0);
  out.max_output_tokens =
      first_count(from, {"max_completion_tokens", "max_output_tokens", "max_output_length"});
  if (!out.max_output_tokens && top)
    out.max_output_tokens = first_count(*top, {"max_completion_tokens"});
}

void read_abilities(model& out, const json::object& from) {
  if (auto known = json::find_array(from, "supported_parameters")) { // OpenRouter
    out.tool_call = holds(known, "tools");
    out.reasoning = holds(known, "reasoning") || holds(known, "reasoning_effort");
  }
  if (auto shape = json::find_object(from, "architecture"))
    out.vision = holds(json::find_array(*shape, "input_modalities"), "image");
  if (auto can = json::find_object(from, "capabilities")) { // Mistral
    out.tool_call = json::find_bool(*can, "function_calling").value_or(out.tool_call);
    out.vision = json::find_bool(*can, "vision").value_or(out.vision);
    out.reasoning = json::find_bool(*can, "reasoning").value_or(out.reasoning);
  }
  out.vision = out.vision || json::find_string(from, "type") == "vlm"; // LM Studio
}

void read_prices(model& out, const json::object& from) {
  auto prices = json::find_object(from, "pricing");
  if (!prices)
    return;
  out.cost_input = price(*prices, "prompt");
  out.cost_output = price(*prices, "completion");
  if (auto cost = price(*prices, "input_cache_read"); cost > 0)
    out.cost_cache_read = cost;
  if (auto cost = price(*prices, "input_cache_write"); cost > 0)
    out.cost_cache_write = cost;
}

std::optional<model> read_one(const std::string& provider_id, const json::object& from) {
  auto name = json::find_string(from, "id");
  if (!name)
    name = json::find_string(from, "name");
  auto type = json::find_string(from, "type").value_or("");
  if (!name || name->empty() || type.starts_with("embedding"))
    return std::nullopt;
  model out;
  out.name = *name;
  out.id.text = provider_id + "/" + out.name;
  out.provider_id = provider_id;
  out.provider_name = provider_id;
  read_sizes(out, from);
  read_abilities(out, from);
  read_prices(out, from);
  return out;
}

} // namespace

result<std::vector<model>> read_openai_models(const std::string& provider_id,
                                              std::string_view body) {
  json::parser parse;
  auto root = parse.parse(body);
  if (!root)
    return make_error(ec::provider_failed, "read the list of models: it is no JSON");
  json::object top;
  json::array list;
  if (root->get(top) == simdjson::SUCCESS) {
    auto found = json::find_array(top, "data");
    if (!found)
      found = json::find_array(top, "models");
    if (!found)
      return make_error(ec::provider_failed, "read the list of models: it holds no list");
    list = *found;
  } else if (root->get(list) != simdjson::SUCCESS) {
    return make_error(ec::provider_failed, "read the list of models: it holds no list");
  }
  std::vector<model> out;
  for (auto node : list) {
    json::object from;
    if (out.size() == limits::models_listed || node.get(from) != simdjson::SUCCESS)
      continue;
    if (auto one = read_one(provider_id, from))
      out.push_back(std::move(*one));
  }
  return out;
}

} // namespace kodad::proto::provider
