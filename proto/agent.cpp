#include "proto/agent.hpp"

#include <algorithm>

namespace kodad::proto {

bool may_use(const agent& who, std::string_view tool) {
  // As in KodaCode, a list of tools makes the list of denied ones void.
  if (!who.tools.empty())
    return std::ranges::find(who.tools, tool) != who.tools.end();
  return std::ranges::find(who.deny_tools, tool) == who.deny_tools.end();
}

} // namespace kodad::proto
