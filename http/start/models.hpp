// MODELS of the configuration, held against what is known of them without asking anybody: those of
// the simulation, those that the configuration lists for their provider, and its vendor's list that
// is part of the program.
#pragma once

#include "proto/config.hpp"
#include "storage/config/findings.hpp"

namespace kodad::http {

/// Tells of `default_model`, `utility_model` and `fallback_models`: a mistake where a model cannot
/// exist, a line where only its provider can tell and none of the known ones is called so.
void check_models(const proto::config& config, storage::findings& into);

} // namespace kodad::http
