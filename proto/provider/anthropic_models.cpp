#include "proto/provider/anthropic_models.hpp"

#include "proto/json/reader.hpp"
#include "proto/limits.hpp"
#include "proto/provider/anthropic_traits.hpp"

namespace kodad::proto::provider {

namespace {

constexpr int64_t claude_context = 200'000; // Of every Claude since 2.1, unless the list says more.

constexpr size_t id_bytes_max = 256; // A longer id is not asked to go on after.

std::optional<int64_t> count(const json::object& from, std::string_view key) {
  auto number = json::find_integer(from, key);
  return number && *number > 0 ? number : std::nullopt;
}

std::optional<bool> supports(const json::object& abilities, std::string_view key) {
  auto ability = json::find_object(abilities, key);
  return ability ? json::find_bool(*ability, "supported") : std::nullopt;
}

std::optional<model> read_one(const std::string& provider_id, const json::object& from) {
  auto id = json::find_string(from, "id").value_or("");
  if (id.empty() || json::find_string(from, "lifecycle") == "retired")
    return std::nullopt;
  auto traits = anthropic_traits_of(id, false);
  model out;
  out.id.text = provider_id + "/" + std::string(id);
  out.provider_id = provider_id;
  out.provider_name = provider_id;
  auto shown = json::find_string(from, "display_name").value_or("");
  out.name = shown.empty() ? id : shown;
  out.max_input_tokens = count(from, "max_input_tokens");
  out.max_output_tokens = count(from, "max_tokens");
  out.context_size = out.max_input_tokens.value_or(traits.is_claude ? claude_context : 0);
  out.reasoning = traits.thinking != thinking_form::none;
  out.vision = traits.sees;
  if (auto abilities = json::find_object(from, "capabilities")) {
    out.reasoning = supports(*abilities, "thinking").value_or(out.reasoning);
    out.vision = supports(*abilities, "image_input").value_or(out.vision);
  }
  return out;
}

std::string url_escaped(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-._~";
  std::string out;
  for (char c : text) {
    if (plain.find(c) != std::string_view::npos) {
      out.push_back(c);
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    out.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return out;
}

} // namespace

result<anthropic_page> read_anthropic_models(const std::string& provider_id,
                                             std::string_view body) {
  json::parser parse;
  auto root = parse.parse_object(body);
  if (!root)
    return make_error(ec::provider_failed, "read the list of models: it is no JSON object");
  auto list = json::find_array(*root, "data");
  if (!list)
    return make_error(ec::provider_failed, "read the list of models: it holds no list");
  anthropic_page out;
  for (auto node : *list) {
    json::object from;
    if (out.models.size() == limits::models_listed || node.get(from) != simdjson::SUCCESS)
      continue;
    if (auto one = read_one(provider_id, from))
      out.models.push_back(std::move(*one));
  }
  auto last = json::find_string(*root, "last_id").value_or("");
  if (json::find_bool(*root, "has_more").value_or(false) && last.size() <= id_bytes_max)
    out.after = url_escaped(last);
  return out;
}

} // namespace kodad::proto::provider
