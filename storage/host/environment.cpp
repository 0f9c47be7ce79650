#include "storage/host/environment.hpp"

#include <cstdlib>

namespace kodad::storage::host {

environment own_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
}

} // namespace kodad::storage::host
