// MODEL: one language model of a configured provider, as users know it.
#pragma once

#include "proto/ids.hpp"
#include "proto/record.hpp"

#include <optional>

namespace kodad::proto {

/// Prices are US dollars per million tokens; zero for a model whose price is unknown or nothing.
struct model {
  model_id id; ///< "provider/name"
  std::string provider_id;
  std::string provider_name;
  std::string name; ///< What the provider calls it.
  int64_t context_size = 0;
  std::optional<int64_t> max_input_tokens;
  std::optional<int64_t> max_output_tokens;
  bool reasoning = false;
  bool tool_call = true;
  bool vision = false;
  double cost_input = 0;
  double cost_output = 0;
  std::optional<double> cost_cache_read;
  std::optional<double> cost_cache_write;

  static constexpr auto fields() {
    return std::tuple(field("id", &model::id), field("provider_id", &model::provider_id),
                      field("provider_name", &model::provider_name), field("name", &model::name),
                      field("context_size", &model::context_size),
                      field("max_input_tokens", &model::max_input_tokens),
                      field("max_output_tokens", &model::max_output_tokens),
                      field("reasoning", &model::reasoning), field("tool_call", &model::tool_call),
                      field("vision", &model::vision), field("cost_input", &model::cost_input),
                      field("cost_output", &model::cost_output),
                      field("cost_cache_read", &model::cost_cache_read),
                      field("cost_cache_write", &model::cost_cache_write));
  }
};

/// The part of a model id before its first slash.
inline std::string_view provider_of(const model_id& id) {
  return std::string_view(id.text).substr(0, id.text.find('/'));
}

/// The part after the first slash; may hold slashes itself.
inline std::string_view name_of(const model_id& id) {
  auto slash = id.text.find('/');
  return slash == std::string::npos ? std::string_view()
                                    : std::string_view(id.text).substr(slash + 1);
}

} // namespace kodad::proto
