// SIM STRICT: is a request understood to its last word? A word that its grammar does not know may
// turn its sense around ("but keep b.txt", "do not", "only if"), so that it is then not carried out
// at all. Pure.
#pragma once

#include "actors/provider/sim/sim_wish.hpp"

namespace kodad::actors {

/// Which words of the clause that gave the wish are not understood, and what would be; empty where
/// all are.
std::string hint_of_leftover(const sim_wish& wish, const sim_clause& clause,
                             const sim_message& about);

/// Does a word turn a sentence around, or make it hang on something: not, but, only, if?
bool is_reservation(std::string_view lower);

} // namespace kodad::actors
