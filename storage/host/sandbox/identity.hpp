// IDENTITY of a program's file that is open already; see `identity_of` of confinement.hpp.
#pragma once

#include <string>

namespace kodad::storage::host {

/// Tells this file from any other and from a changed one; empty when it is no file.
std::string identity_of(int file);

} // namespace kodad::storage::host
