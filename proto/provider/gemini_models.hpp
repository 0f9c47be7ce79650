// GEMINI MODELS: a page of the list of GET {base}/models in Google's own format.
#pragma once

#include "proto/model.hpp"
#include "proto/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kodad::proto::provider {

struct gemini_page {
  std::vector<model> models;
  std::string next_token; ///< Asks for the next page; empty on the last.
};

/// Models that do not generate content (embedding, drawing) are left out, and what exceeds
/// `limits::models_listed`. Google counts input and output apart: the context is the input's.
result<gemini_page> read_gemini_models(const std::string& provider_id, std::string_view body);

} // namespace kodad::proto::provider
