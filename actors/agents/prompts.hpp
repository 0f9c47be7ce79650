// PROMPTS of the built-in agents: what each is told before the conversation starts.
#pragma once

#include <string_view>

namespace kodad::actors::prompts {

extern const std::string_view engineer;
extern const std::string_view explorer;
extern const std::string_view insight;
extern const std::string_view planner;
extern const std::string_view polish;
extern const std::string_view refactor;

} // namespace kodad::actors::prompts
