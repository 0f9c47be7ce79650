// SHRINK: a conversation that did not fit the model, made shorter. Pure. Whole turns and the pairs
// of calls and results stay together, so that the request stays valid.
#pragma once

#include "proto/chat.hpp"

namespace kodad::actors {

inline constexpr int shrinkings_max = 3;

/// @param level From 1 to `shrinkings_max`, each including those before:
/// 1 replaces the tool results of earlier turns by a line that tells their size;
/// 2 keeps of the results of this turn's earlier steps only beginning and end;
/// 3 drops the earlier turns and keeps little of the last results.
void shrink(proto::chat_request& request, int level);

} // namespace kodad::actors
