// SIM MODELS: which simulated models there are, and which of them plays a request how. Pure.
#pragma once

#include "actors/provider/sim/sim_plan.hpp"

namespace kodad::actors {

/// The configuration's `sim.*`.
struct sim_options {
  int64_t load_tokens = 200; ///< Of one answer of sim/load.
  double load_rate = 0;      ///< Tokens per second; 0 is as fast as possible.
  double koda_rate = 200;    ///< The same for sim/koda: fast, and still seen to stream.
};

/// sim/koda and sim/load; both are free.
std::vector<proto::model> sim_models();

/// @param attempt Of this very model call, from 1.
sim_plan plan_call(const proto::chat_request& request, const sim_options& options, int64_t attempt);

} // namespace kodad::actors
