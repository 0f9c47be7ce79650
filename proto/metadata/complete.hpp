// COMPLETING a model by what is known of it. Only what nobody has stated is filled in: the user's
// configuration and the provider's own list win, field by field.
#pragma once

#include "proto/metadata/model_metadata.hpp"

namespace kodad::proto {

/// Fills in what `out` lacks. Prices are taken one by one, too, with two exceptions: a model that
/// is stated to cost nothing costs nothing, and price tiers come only with the base prices that
/// they belong to. Then says which reasoning variants the model has.
void complete(model& out, const model_match& known);

/// The same with the entry found by the model's name and its provider's id and address.
void complete(model& out, const model_metadata& known, std::string_view base_url);

/// A model of the catalog made from what is known of it alone.
model make_model(const model_facts& known, std::string_view provider_id,
                 std::string_view provider_name);

} // namespace kodad::proto
