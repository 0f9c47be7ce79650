// GEMINI: the adapter for POST {base}/models/{model}:streamGenerateContent, Google's own format.
// The base URL may lack its "/v1beta". What is written is in gemini_request.hpp, what is read in
// gemini_stream.hpp, how the generations of models differ in gemini_dialect.hpp.
#pragma once

#include "proto/provider/adapter.hpp"

namespace kodad::proto::provider {

/// Has no state: one serves all endpoints and threads.
std::unique_ptr<adapter> make_gemini();

} // namespace kodad::proto::provider
