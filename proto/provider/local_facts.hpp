// LOCAL FACTS: what servers on one's own machine tell about their models beside GET /models, each
// in its own words: Ollama, LM Studio and llama.cpp. Reads answers; who asks is local_models.hpp.
#pragma once

#include "proto/model.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace kodad::proto::provider {

/// Of one model. Absent: the server does not say.
struct model_facts {
  /// Tokens that a call may really have, where that is known; otherwise the most the model can.
  std::optional<int64_t> context_size;
  std::optional<bool> tool_call;
  std::optional<bool> vision;
  std::optional<bool> reasoning;
  bool chats = true; ///< False for embedding models.

  bool operator==(const model_facts&) const = default;
};

/// By the name that calls use.
using facts_by_name = std::map<std::string, model_facts, std::less<>>;

void apply(const model_facts& from, model& to);

/// Is this Ollama's answer to GET /api/version?
bool is_ollama_version(std::string_view body);

/// Ollama's POST /api/show. A `num_ctx` of the model itself is what calls get, whatever the model
/// could do; without one Ollama decides when it loads the model, and /api/ps tells.
model_facts read_ollama_show(std::string_view body);

/// Ollama's GET /api/ps: the context with which each loaded model runs.
std::map<std::string, int64_t, std::less<>> read_ollama_loaded(std::string_view body);

/// LM Studio's GET /api/v1/models, or the older /api/v0/models; nothing for any other answer. A
/// loaded model has the context it was loaded with (the smallest, if it was more than once), and is
/// known by the names of its loaded instances too.
std::optional<facts_by_name> read_lm_studio(std::string_view body);

/// llama.cpp's GET /props about the one model that it serves; nothing for any other answer, nor for
/// that of a llama.cpp that serves several.
std::optional<model_facts> read_llama_props(std::string_view body);

} // namespace kodad::proto::provider
