#include "proto/provider/local_facts.hpp"

#include "proto/json/reader.hpp"
#include "proto/limits.hpp"

#include <algorithm>
#include <charconv>

namespace kodad::proto::provider {

namespace {

std::optional<int64_t> count(const json::object& from, std::string_view key) {
  auto number = json::find_integer(from, key);
  return number && *number > 0 ? number : std::nullopt;
}

std::optional<int64_t> smaller(std::optional<int64_t> one, std::optional<int64_t> other) {
  if (!one || !other)
    return one ? one : other;
  return std::min(*one, *other);
}

bool holds(const json::array& list, std::string_view word) {
  for (auto node : list) {
    std::string_view text;
    if (node.get(text) == simdjson::SUCCESS && text == word)
      return true;
  }
  return false;
}

/// The number of the line "num_ctx   8192" among Ollama's parameters.
std::optional<int64_t> num_ctx(std::string_view lines) {
  constexpr std::string_view name = "num_ctx";
  while (!lines.empty()) {
    auto line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    if (!line.starts_with(name))
      continue;
    auto value = line.substr(name.size());
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    int64_t number = 0;
    auto read = std::from_chars(value.data(), value.data() + value.size(), number);
    if (read.ec == std::errc() && number > 0)
      return number;
  }
  return std::nullopt;
}

/// "<architecture>.context_length" of the model's file.
std::optional<int64_t> trained_context(const json::object& info) {
  auto family = json::find_string(info, "general.architecture");
  if (family)
    return count(info, std::string(*family) + ".context_length");
  for (auto entry : info)
    if (entry.key.ends_with(".context_length"))
      return count(info, entry.key);
  return std::nullopt;
}

/// The abilities of LM Studio: an object in v1, a list of words in v0.
void read_studio_abilities(const json::object& from, model_facts& into) {
  if (auto list = json::find_array(from, "capabilities"))
    into.tool_call = holds(*list, "tool_use");
  auto can = json::find_object(from, "capabilities");
  if (!can)
    return;
  into.vision = json::find_bool(*can, "vision");
  into.tool_call = json::find_bool(*can, "trained_for_tool_use");
  into.reasoning = json::find_bool(*can, "reasoning");
  if (json::find_object(*can, "reasoning")) // How it can be told to reason.
    into.reasoning = true;
}

void read_studio_model(const json::object& from, facts_by_name& into) {
  auto name = json::find_string(from, "key");
  if (!name)
    name = json::find_string(from, "id");
  if (!name)
    return;
  auto type = json::find_string(from, "type").value_or("");
  model_facts facts;
  facts.chats = !type.starts_with("embedding");
  if (type == "vlm")
    facts.vision = true;
  read_studio_abilities(from, facts);
  auto loaded = count(from, "loaded_context_length");
  std::vector<std::string_view> names{*name};
  if (auto instances = json::find_array(from, "loaded_instances")) {
    for (auto node : *instances) {
      json::object instance;
      if (node.get(instance) != simdjson::SUCCESS)
        continue;
      if (auto config = json::find_object(instance, "config"))
        loaded = smaller(loaded, count(*config, "context_length"));
      if (auto id = json::find_string(instance, "id"))
        names.push_back(*id);
    }
  }
  facts.context_size = loaded ? loaded : count(from, "max_context_length");
  for (auto each : names)
    into.insert_or_assign(std::string(each), facts);
}

/// Words that stand in the chat templates of models that reason.
bool template_reasons(std::string_view text) {
  auto has = [text](std::string_view word) { return text.find(word) != std::string_view::npos; };
  return has("<think>") || has("enable_thinking") || has("reasoning_content") ||
         has("reasoning_effort");
}

} // namespace

void apply(const model_facts& from, model& to) {
  to.context_size = from.context_size.value_or(to.context_size);
  to.tool_call = from.tool_call.value_or(to.tool_call);
  to.vision = from.vision.value_or(to.vision);
  to.reasoning = from.reasoning.value_or(to.reasoning);
}

bool is_ollama_version(std::string_view body) {
  json::parser parse;
  auto root = parse.parse_object(body);
  return root && json::find_string(*root, "version");
}

model_facts read_ollama_show(std::string_view body) {
  model_facts out;
  json::parser parse;
  auto root = parse.parse_object(body);
  if (!root)
    return out;
  if (auto info = json::find_object(*root, "model_info"))
    out.context_size = trained_context(*info);
  if (auto own = num_ctx(json::find_string(*root, "parameters").value_or("")))
    out.context_size = smaller(own, out.context_size);
  auto can = json::find_array(*root, "capabilities");
  if (!can) // Older than the list.
    return out;
  out.tool_call = holds(*can, "tools");
  out.vision = holds(*can, "vision");
  out.reasoning = holds(*can, "thinking");
  out.chats = holds(*can, "completion") || !holds(*can, "embedding");
  return out;
}

std::map<std::string, int64_t, std::less<>> read_ollama_loaded(std::string_view body) {
  std::map<std::string, int64_t, std::less<>> out;
  json::parser parse;
  auto root = parse.parse_object(body);
  auto list = root ? json::find_array(*root, "models") : std::nullopt;
  if (!list)
    return out;
  for (auto node : *list) {
    json::object from;
    if (node.get(from) != simdjson::SUCCESS)
      continue;
    auto name = json::find_string(from, "model");
    if (!name)
      name = json::find_string(from, "name");
    auto size = count(from, "context_length");
    if (name && size)
      out.insert_or_assign(std::string(*name), *size);
  }
  return out;
}

std::optional<facts_by_name> read_lm_studio(std::string_view body) {
  json::parser parse;
  auto root = parse.parse_object(body);
  if (!root)
    return std::nullopt;
  auto list = json::find_array(*root, "models");
  if (!list)
    list = json::find_array(*root, "data");
  if (!list)
    return std::nullopt;
  facts_by_name out;
  for (auto node : *list) {
    json::object from;
    if (out.size() < limits::models_listed && node.get(from) == simdjson::SUCCESS)
      read_studio_model(from, out);
  }
  return out;
}

std::optional<model_facts> read_llama_props(std::string_view body) {
  json::parser parse;
  auto root = parse.parse_object(body);
  if (!root)
    return std::nullopt;
  auto settings = json::find_object(*root, "default_generation_settings");
  // One that serves several models answers with a placeholder.
  auto context = settings ? count(*settings, "n_ctx") : std::nullopt;
  if (!context)
    return std::nullopt;
  model_facts out;
  out.context_size = context;
  if (auto caps = json::find_object(*root, "chat_template_caps"))
    out.tool_call = json::find_bool(*caps, "supports_tools");
  if (auto senses = json::find_object(*root, "modalities"))
    out.vision = json::find_bool(*senses, "vision");
  if (auto text = json::find_string(*root, "chat_template"))
    out.reasoning = template_reasons(*text);
  return out;
}

} // namespace kodad::proto::provider
