// The SNAPSHOT of models.dev that is part of the program: snapshot.json as it lies beside this
// file, in the form of proto/metadata/models_dev.hpp. README.md tells where it comes from.
#pragma once

#include <string_view>

namespace kodad::storage {

/// JSON text; lives as long as the program.
std::string_view bundled_metadata();

} // namespace kodad::storage
