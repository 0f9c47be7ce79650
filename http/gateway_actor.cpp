#include "http/gateway_actor.hpp"

namespace kodad::http {

gateway_actor::behavior_type gateway(gateway_actor::pointer self, size_t) {
  return {
      [self](const errand& what) { what.run(self); },
  };
}

} // namespace kodad::http
