#include "http/gateway_actor.hpp"

namespace kodad::http {

gateway_actor::behavior_type gateway_behavior(gateway_actor::pointer self,
                                              std::shared_ptr<const void>) {
  return {
      [self](const errand& what) { what.run(self); },
  };
}

} // namespace kodad::http
