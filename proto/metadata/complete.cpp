#include "proto/metadata/complete.hpp"

#include <algorithm>

namespace kodad::proto {

namespace {

template <class T, class Known>
void fill(std::optional<T>& out, const Known& known) {
  if (!out && known)
    out = known;
}

void fill_sizes(model& out, const model_facts& known) {
  auto positive = [](int64_t tokens) { return tokens > 0 ? std::optional(tokens) : std::nullopt; };
  if (out.context_size == 0)
    out.context_size = known.context_size;
  fill(out.max_input_tokens, positive(known.max_input_tokens));
  fill(out.max_output_tokens, positive(known.max_output_tokens));
}

/// A "yes" of the provider stays; its silence and its "no" look alike.
void fill_abilities(model& out, const model_facts& known) {
  if (!out.stated.reasoning)
    out.reasoning = out.reasoning || known.reasoning;
  if (!out.stated.vision)
    out.vision = out.vision || known.vision;
  if (!out.stated.pdf)
    out.pdf = out.pdf || known.pdf;
  if (!out.stated.tool_call)
    out.tool_call = out.tool_call && known.tool_call;
}

void fill_reasoning(model& out, const model_facts& known) {
  if (!out.reasoning)
    return;
  if (out.reasoning_efforts.empty())
    out.reasoning_efforts = known.reasoning_efforts;
  fill(out.reasoning_budget_min, known.reasoning_budget_min);
  fill(out.reasoning_budget_max, known.reasoning_budget_max);
}

void fill_prices(model& out, const model_facts& known) {
  if (!known.cost)
    return;
  if (out.cost_input == 0 && !out.stated.cost_input)
    out.cost_input = known.cost->cost_input;
  if (out.cost_output == 0 && !out.stated.cost_output)
    out.cost_output = known.cost->cost_output;
  if (out.cost_input == 0 && out.cost_output == 0)
    return;
  fill(out.cost_cache_read, known.cost->cost_cache_read);
  fill(out.cost_cache_write, known.cost->cost_cache_write);
  fill(out.cost_reasoning, known.cost->cost_reasoning);
  bool are_base_prices =
      out.cost_input == known.cost->cost_input && out.cost_output == known.cost->cost_output;
  if (out.cost_tiers.empty() && are_base_prices)
    out.cost_tiers = known.cost_tiers;
}

/// Is there more than one strength of reasoning to choose from? Unless more is known: yes.
bool is_graded(const model& of, const model_facts* known) {
  if (!of.reasoning)
    return false;
  auto strengths = std::ranges::count_if(of.reasoning_efforts, [](const std::string& word) {
    return word != "none" && word != "default";
  });
  return strengths > 1 || of.reasoning_budget_min || !known || !known->has_reasoning_list;
}

} // namespace

void complete(model& out, const model_match& known) {
  if (known.facts) {
    fill_sizes(out, *known.facts);
    fill_abilities(out, *known.facts);
    fill_reasoning(out, *known.facts);
    if (known.has_price)
      fill_prices(out, *known.facts);
  }
  if (out.variants.empty() && is_graded(out, known.facts))
    out.variants.assign(reasoning_variants.begin(), reasoning_variants.end());
}

void complete(model& out, const model_metadata& known, std::string_view base_url) {
  const auto* vendor = known.behind(out.provider_id, base_url);
  complete(out, vendor ? find_model(*vendor, out.name) : model_match{});
}

model make_model(const model_facts& known, std::string_view provider_id,
                 std::string_view provider_name) {
  model out;
  out.id.text = std::string(provider_id) + "/" + known.name;
  out.provider_id = provider_id;
  out.provider_name = provider_name;
  out.name = known.name;
  complete(out, model_match{&known, true});
  return out;
}

} // namespace kodad::proto
