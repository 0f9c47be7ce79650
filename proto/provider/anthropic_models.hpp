// ANTHROPIC MODELS: a page of GET /v1/models. Older servers say no more than a model's id; what it
// can is then concluded from its name.
#pragma once

#include "proto/model.hpp"
#include "proto/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kodad::proto::provider {

struct anthropic_page {
  std::vector<model> models;
  std::string after; ///< The id after which the next page begins, fit for a URL; empty at the end.
};

/// Entries without an id, retired models and what exceeds `limits::models_listed` are left out.
/// Fails with `provider_failed` for what is no list.
result<anthropic_page> read_anthropic_models(const std::string& provider_id, std::string_view body);

} // namespace kodad::proto::provider
