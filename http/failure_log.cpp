#include "http/failure_log.hpp"

#include "http/error_response.hpp"

namespace kodad::http {

void log_failure(operator_log& log, std::string_view request_id, const proto::error& failure) {
  // What is about a field was written for the client, who gets it.
  if (!is_internal(failure.code) || failure.context.empty() || !failure.field.empty())
    return;
  auto line = "request " + std::string(request_id) + ": ";
  log.add(line.append(proto::to_word(failure.code)).append(": ").append(failure.context));
}

} // namespace kodad::http
