// COMPLAINT: what a provider says when it refuses or fails, whatever the shape: OpenAI's and
// Anthropic's {"error":{…}}, Gemini's (also in an array), {"error":"…"}, {"message":"…"} and
// FastAPI's {"detail":…}.
#pragma once

#include "proto/json/reader.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace kodad::proto::provider {

struct complaint {
  std::string message;                   ///< For people; may hold anything.
  std::string kind;                      ///< The words of `type`, `code` and `status`, lower case.
  int status = 0;                        ///< A numeric `code`, where it is an HTTP status.
  std::optional<int64_t> retry_after_ms; ///< Google's RetryInfo.
};

/// Reads the body of a failed answer. What is no JSON becomes the message.
complaint read_complaint(std::string_view body);

/// Reads an error object, or a string, found in a stream.
complaint read_complaint(const json::value& node);
complaint read_complaint(const json::object& from);

/// `message` fit for an error's context: one line of at most 500 bytes, whatever looks like a
/// credential replaced by "[redacted]".
std::string presentable(std::string_view message);

} // namespace kodad::proto::provider
