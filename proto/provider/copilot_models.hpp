// COPILOT MODELS: GitHub Copilot's list of models, which is OpenAI's with abilities and limits.
#pragma once

#include "proto/model.hpp"
#include "proto/result.hpp"

#include <string_view>
#include <vector>

namespace kodad::proto::provider {

/// Left out are models that are no chat models, that the user may not pick or has not allowed, that
/// speak neither Chat Completions nor Responses, and what exceeds `limits::models_listed`.
result<std::vector<model>> read_copilot_models(const std::string& provider_id,
                                               std::string_view body);

} // namespace kodad::proto::provider
