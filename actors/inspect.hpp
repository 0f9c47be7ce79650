// CAF INSPECTION of proto records: the bridge that makes every type with `fields()` a message that
// could travel to another node. On the wire it is its JSON text; within the process nothing is
// encoded. Include before any use of such a type in a message.
#pragma once

#include "proto/json/codec.hpp"

#include <caf/error.hpp>
#include <caf/meta/load_callback.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/sec.hpp>

namespace kodad::proto {

template <class Inspector, record T>
typename Inspector::result_type inspect(Inspector& f, T& x) {
  std::string text;
  if constexpr (Inspector::reads_state) {
    text = json::write(x);
    return f(caf::meta::type_name("record"), text);
  } else {
    auto decode = [&]() -> caf::error {
      auto read = json::read<T>(text);
      if (!read)
        return caf::sec::invalid_argument;
      x = std::move(*read);
      return caf::none;
    };
    return f(caf::meta::type_name("record"), text, caf::meta::load_callback(decode));
  }
}

} // namespace kodad::proto
