#include "proto/metadata/models_dev.hpp"

#include "proto/json/reader.hpp"
#include "proto/limits.hpp"

#include <algorithm>

namespace kodad::proto {

namespace {

constexpr double tokens_max = 1e9;
constexpr double price_max = 1e6; // Dollars per million tokens: a dollar each.
constexpr int64_t legacy_tier_tokens = 200'000;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= limits::metadata_name_bytes;
}

/// A number of tokens; nothing when absent, negative or beyond reason.
std::optional<int64_t> find_tokens(const json::object& from, std::string_view key) {
  auto number = json::find_number(from, key);
  if (!number || !(*number >= 0 && *number <= tokens_max))
    return std::nullopt;
  return static_cast<int64_t>(*number);
}

std::optional<double> find_price(const json::object& from, std::string_view key) {
  auto number = json::find_number(from, key);
  if (!number || !(*number >= 0 && *number <= price_max))
    return std::nullopt;
  return number;
}

bool holds(const json::array& list, std::string_view word) {
  for (auto node : list) {
    std::string_view text;
    if (node.get(text) == simdjson::SUCCESS && text == word)
      return true;
  }
  return false;
}

/// Nothing when neither input nor output has a price.
std::optional<cost_tier> read_prices(const json::object& from) {
  auto input = find_price(from, "input");
  auto output = find_price(from, "output");
  if (!input && !output)
    return std::nullopt;
  cost_tier out;
  out.cost_input = input.value_or(0);
  out.cost_output = output.value_or(0);
  out.cost_reasoning = find_price(from, "reasoning");
  out.cost_cache_read = find_price(from, "cache_read");
  out.cost_cache_write = find_price(from, "cache_write");
  return out;
}

void add_tier(model_facts& out, const json::object& from, std::optional<int64_t> above_tokens) {
  auto prices = read_prices(from);
  if (!prices || !above_tokens || *above_tokens == 0)
    return;
  prices->above_tokens = *above_tokens;
  out.cost_tiers.push_back(*prices);
}

void read_tiers(model_facts& out, const json::array& tiers) {
  for (auto node : tiers) {
    json::object from;
    if (node.get(from) != simdjson::SUCCESS || out.cost_tiers.size() == limits::metadata_list)
      continue;
    auto tier = json::find_object(from, "tier");
    if (tier && json::find_string(*tier, "type").value_or("context") == "context")
      add_tier(out, from, find_tokens(*tier, "size"));
  }
  std::ranges::sort(out.cost_tiers, {}, &cost_tier::above_tokens);
}

void read_cost(model_facts& out, const json::object& from) {
  out.cost = read_prices(from);
  if (!out.cost)
    return;
  if (auto tiers = json::find_array(from, "tiers"))
    read_tiers(out, *tiers);
  if (auto legacy = json::find_object(from, "context_over_200k"); legacy && out.cost_tiers.empty())
    add_tier(out, *legacy, legacy_tier_tokens);
}

void read_efforts(model_facts& out, const json::array& words) {
  for (auto node : words) {
    std::string_view word;
    if (node.get(word) == simdjson::SUCCESS && is_name(word) &&
        out.reasoning_efforts.size() < limits::metadata_list)
      out.reasoning_efforts.emplace_back(word);
  }
}

void read_reasoning(model_facts& out, const json::array& options) {
  out.has_reasoning_list = true;
  for (auto node : options) {
    json::object from;
    if (node.get(from) != simdjson::SUCCESS)
      continue;
    auto type = json::find_string(from, "type");
    if (type == "budget_tokens") {
      out.reasoning_budget_min = find_tokens(from, "min").value_or(0);
      out.reasoning_budget_max = find_tokens(from, "max");
    }
    if (auto words = json::find_array(from, "values"); type == "effort" && words)
      read_efforts(out, *words);
  }
}

void read_limits(model_facts& out, const json::object& from) {
  out.context_size = find_tokens(from, "context").value_or(0);
  out.max_input_tokens = find_tokens(from, "input").value_or(0);
  out.max_output_tokens = find_tokens(from, "output").value_or(0);
}

/// Does the model read text and write text? Notes what else it reads.
bool read_modalities(model_facts& out, const json::object& from) {
  auto input = json::find_array(from, "input");
  auto output = json::find_array(from, "output");
  if (!input || !output)
    return false;
  out.vision = holds(*input, "image");
  out.pdf = holds(*input, "pdf");
  return holds(*input, "text") && holds(*output, "text");
}

std::optional<model_facts> read_model(std::string_view name, const json::object& from) {
  model_facts out;
  out.name = name;
  auto kinds = json::find_object(from, "modalities");
  if (!is_name(name) || (kinds && !read_modalities(out, *kinds)))
    return std::nullopt;
  out.reasoning = json::find_bool(from, "reasoning").value_or(false);
  out.tool_call = json::find_bool(from, "tool_call").value_or(true);
  out.deprecated = json::find_string(from, "status") == "deprecated";
  if (auto sizes = json::find_object(from, "limit"))
    read_limits(out, *sizes);
  if (auto options = json::find_array(from, "reasoning_options"); options && out.reasoning)
    read_reasoning(out, *options);
  if (auto cost = json::find_object(from, "cost"))
    read_cost(out, *cost);
  return out;
}

std::optional<model_vendor> read_vendor(std::string_view id, const json::object& from) {
  auto models = json::find_object(from, "models");
  if (!is_name(id) || !models)
    return std::nullopt;
  auto short_text = [&from](std::string_view key) {
    auto text = json::find_string(from, key).value_or("");
    return std::string(is_name(text) ? text : "");
  };
  model_vendor out{std::string(id), short_text("name"), short_text("api"), {}};
  for (auto entry : *models) {
    json::object facts;
    if (entry.value.get(facts) != simdjson::SUCCESS || out.models.size() == limits::models_listed)
      continue;
    if (auto one = read_model(entry.key, facts))
      out.models.push_back(std::move(*one));
  }
  return out;
}

result<model_metadata> read_vendors(const json::object& from) {
  std::vector<model_vendor> out;
  for (auto entry : from) {
    json::object facts;
    if (entry.value.get(facts) != simdjson::SUCCESS || out.size() == limits::metadata_vendors)
      continue;
    if (auto one = read_vendor(entry.key, facts); one && !one->models.empty())
      out.push_back(std::move(*one));
  }
  if (out.empty())
    return make_error(ec::provider_failed, "read the metadata of models: it holds no model");
  return model_metadata(std::move(out));
}

result<json::object> parse_whole(json::parser& parse, std::string_view text) {
  auto root = parse.parse_object(text);
  if (!root)
    return make_error(ec::provider_failed,
                      "read the metadata of models: " + root.failure().context);
  return root;
}

} // namespace

result<model_metadata> read_models_dev(std::string_view body) {
  json::parser parse;
  auto root = parse_whole(parse, body);
  if (!root)
    return root.failure();
  return read_vendors(*root);
}

result<kept_metadata> read_kept(std::string_view text) {
  json::parser parse;
  auto root = parse_whole(parse, text);
  if (!root)
    return root.failure();
  auto vendors = json::find_object(*root, "providers");
  if (!vendors)
    return make_error(ec::provider_failed, "read the metadata of models: it names no provider");
  auto known = read_vendors(*vendors);
  if (!known)
    return known.failure();
  auto moment = [&root](std::string_view key) {
    return parse_timestamp(json::find_string(*root, key).value_or("")).value_or(timestamp{});
  };
  kept_metadata out;
  out.url = json::find_string(*root, "url").value_or("");
  out.etag = json::find_string(*root, "etag").value_or("");
  out.fetched_at = moment("fetched_at");
  out.checked_at = moment("checked_at");
  out.known = std::move(*known);
  return out;
}

} // namespace kodad::proto
