// OPENAI MODELS: the list of GET /models, with what the servers add to it: context sizes (vLLM,
// LM Studio, OpenRouter, Groq, llama.cpp), abilities and prices.
#pragma once

#include "proto/model.hpp"
#include "proto/result.hpp"

#include <string_view>
#include <vector>

namespace kodad::proto::provider {

/// Entries without an id, embedding models and what exceeds `limits::models_listed` are left out.
result<std::vector<model>> read_openai_models(const std::string& provider_id,
                                              std::string_view body);

} // namespace kodad::proto::provider
