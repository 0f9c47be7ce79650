#include "proto/json/writer.hpp"
#include "proto/metadata/models_dev.hpp"

namespace kodad::proto {

namespace {

using json::writer;

void put_price(writer& out, std::string_view key, const std::optional<double>& price) {
  if (price)
    out.key(key).number(*price);
}

void write_prices(writer& out, const cost_tier& prices) {
  out.key("input").number(prices.cost_input);
  out.key("output").number(prices.cost_output);
  put_price(out, "reasoning", prices.cost_reasoning);
  put_price(out, "cache_read", prices.cost_cache_read);
  put_price(out, "cache_write", prices.cost_cache_write);
}

void write_cost(writer& out, const model_facts& of) {
  if (!of.cost)
    return;
  out.key("cost").begin_object();
  write_prices(out, *of.cost);
  if (!of.cost_tiers.empty()) {
    out.key("tiers").begin_array();
    for (const auto& tier : of.cost_tiers) {
      out.begin_object();
      out.key("tier").begin_object().key("size").integer(tier.above_tokens).end_object();
      write_prices(out, tier);
      out.end_object();
    }
    out.end_array();
  }
  out.end_object();
}

void write_reasoning(writer& out, const model_facts& of) {
  if (!of.has_reasoning_list)
    return;
  out.key("reasoning_options").begin_array();
  if (!of.reasoning_efforts.empty()) {
    out.begin_object().key("type").string("effort").key("values").begin_array();
    for (const auto& word : of.reasoning_efforts)
      out.string(word);
    out.end_array().end_object();
  }
  if (of.reasoning_budget_min) {
    out.begin_object().key("type").string("budget_tokens");
    out.key("min").integer(*of.reasoning_budget_min);
    if (of.reasoning_budget_max)
      out.key("max").integer(*of.reasoning_budget_max);
    out.end_object();
  }
  out.end_array();
}

void write_limits(writer& out, const model_facts& of) {
  out.key("limit").begin_object();
  out.key("context").integer(of.context_size);
  if (of.max_input_tokens > 0)
    out.key("input").integer(of.max_input_tokens);
  out.key("output").integer(of.max_output_tokens).end_object();
}

void write_modalities(writer& out, const model_facts& of) {
  out.key("modalities").begin_object().key("input").begin_array().string("text");
  if (of.vision)
    out.string("image");
  if (of.pdf)
    out.string("pdf");
  out.end_array().key("output").begin_array().string("text").end_array().end_object();
}

std::string model_text(const model_facts& of) {
  writer out;
  out.begin_object();
  write_limits(out, of);
  out.key("reasoning").boolean(of.reasoning);
  out.key("tool_call").boolean(of.tool_call);
  if (of.deprecated)
    out.key("status").string("deprecated");
  write_modalities(out, of);
  write_reasoning(out, of);
  write_cost(out, of);
  out.end_object();
  return out.take();
}

void append_vendor(std::string& out, const model_vendor& one) {
  out += json::quote(one.id) + ":{\"name\":" + json::quote(one.name);
  if (!one.api.empty())
    out += ",\"api\":" + json::quote(one.api);
  out += ",\"models\":{\n";
  for (size_t i = 0; i < one.models.size(); ++i)
    out += json::quote(one.models[i].name) + ":" + model_text(one.models[i]) +
           (i + 1 < one.models.size() ? ",\n" : "\n");
  out += "}}";
}

} // namespace

std::string write_kept(const kept_metadata& kept) {
  std::string out = "{\"url\":" + json::quote(kept.url) + ",\"etag\":" + json::quote(kept.etag) +
                    ",\"fetched_at\":" + json::quote(to_text(kept.fetched_at)) +
                    ",\"checked_at\":" + json::quote(to_text(kept.checked_at)) +
                    ",\"providers\":{\n";
  const auto& vendors = kept.known.vendors();
  for (size_t i = 0; i < vendors.size(); ++i) {
    append_vendor(out, vendors[i]);
    out += i + 1 < vendors.size() ? ",\n" : "\n";
  }
  return out + "}}\n";
}

} // namespace kodad::proto
