#include "storage/config/model_section.hpp"

#include <algorithm>

namespace kodad::storage {

namespace {

constexpr range<int64_t> tokens{1, 100'000'000, "tokens"};
constexpr range<double> dollars{0, 1e6, "US dollars"};

void read_optional(section& from, std::string_view key, std::optional<double>& out) {
  from.describe(key, takes(dollars), "");
  double value = -1;
  from.read(key, value, dollars);
  if (value >= 0)
    out = value;
}

/// A part cannot hold more than the whole.
void compare_sizes(section& from, const proto::model& one) {
  for (const auto& [key, part] : {std::pair{"max_input_tokens", one.max_input_tokens},
                                  std::pair{"max_output_tokens", one.max_output_tokens}})
    if (part && one.context_size > 0 && *part > one.context_size)
      from.fail(key, "expected at most context_size, " + std::to_string(one.context_size) +
                         ", not " + std::to_string(*part));
}

/// Numbers that are right in another unit: thousands of tokens, dollars a token.
void judge_numbers(section& from, const proto::model& one) {
  constexpr int64_t context_least = 1000;
  constexpr double dollars_least = 0.001;
  if (one.context_size > 0 && one.context_size < context_least)
    from.remark("context_size", std::to_string(one.context_size) +
                                    " tokens hold hardly a question; did you mean " +
                                    std::to_string(one.context_size * 1000) + "?");
  if (one.reasoning_budget && one.max_output_tokens &&
      *one.reasoning_budget >= *one.max_output_tokens)
    from.remark("max_output_tokens",
                std::to_string(*one.max_output_tokens) + " leave nothing for an answer where " +
                    std::to_string(*one.reasoning_budget) + " (thinking_budget) may be thought");
  for (const auto& [key, cost] :
       {std::pair{"cost_input", one.cost_input}, std::pair{"cost_output", one.cost_output}})
    if (cost > 0 && cost < dollars_least)
      from.remark(key, "is very low: it is US dollars for a million tokens, not for one");
}

} // namespace

void read_token_count(section& from, std::string_view key, std::optional<int64_t>& out) {
  from.describe(key, takes(tokens), "");
  int64_t value = 0;
  from.read(key, value, tokens);
  if (value > 0)
    out = value;
}

void read_model(section& from, const proto::provider_config& owner, proto::model& out) {
  from.read("id", out.name);
  out.id.text = owner.id + "/" + out.name;
  out.provider_id = owner.id;
  out.provider_name = owner.name;
  from.describe("context_size", takes(tokens), "");
  from.read("context_size", out.context_size, tokens);
  read_token_count(from, "max_input_tokens", out.max_input_tokens);
  read_token_count(from, "max_output_tokens", out.max_output_tokens);
  from.read("reasoning", out.reasoning);
  from.read("tool_call", out.tool_call);
  from.read("vision", out.vision);
  from.read("cost_input", out.cost_input, dollars);
  from.read("cost_output", out.cost_output, dollars);
  read_optional(from, "cost_cache_read", out.cost_cache_read);
  read_optional(from, "cost_cache_write", out.cost_cache_write);
  read_token_count(from, "thinking_budget", out.reasoning_budget);
  read_optional(from, "cost_reasoning", out.cost_reasoning);
  from.read("pdf", out.pdf);
  out.stated = {from.has("reasoning"), from.has("tool_call"),  from.has("vision"),
                from.has("pdf"),       from.has("cost_input"), from.has("cost_output")};
  from.pass_over("name", unused_kind::word);
  compare_sizes(from, out);
  judge_numbers(from, out);
  bool names_so = owner.id == "openrouter"; // It has models of its own name.
  if (!owner.id.empty() && !names_so && out.name.starts_with(owner.id + "/"))
    from.remark("id", "begins with the id of its provider: the whole id is " + out.id.text +
                          ", unless its provider calls it " + out.name.substr(owner.id.size() + 1));
  if (out.name.empty() && !from.fail_misspelt("id", "it is the name that its provider knows"))
    from.fail("id", "expected the model's name, as its provider calls it");
  if (std::ranges::find(owner.models, out.id, &proto::model::id) != owner.models.end())
    from.fail("id", "expected a model once, " + out.name + " stands twice");
  from.finish();
}

} // namespace kodad::storage
