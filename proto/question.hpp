// QUESTION: what a running turn wants to know from the user, a permission or an answer.
#pragma once

#include "proto/ids.hpp"
#include "proto/record.hpp"
#include "proto/timestamp.hpp"

#include <array>
#include <optional>
#include <vector>

namespace kodad::proto {

enum class question_purpose : uint8_t { permission, question };

constexpr auto words(question_purpose) {
  return std::array<std::string_view, 2>{"permission", "question"};
}

struct question {
  proto::question_id question_id;
  std::optional<proto::call_id> call_id; ///< Of the tool call that waits for the answer.
  question_purpose purpose = question_purpose::permission;
  std::string text; ///< "question" on the wire.
  std::vector<std::string> options;
  bool multiple = false;
  std::optional<std::string> tool;
  std::optional<std::string> input; ///< JSON text of the call's arguments.
  std::optional<std::string> suggested_pattern;
  timestamp asked_at;

  static constexpr auto fields() {
    return std::tuple(field("question_id", &question::question_id),
                      field("call_id", &question::call_id), field("purpose", &question::purpose),
                      field("question", &question::text), field("options", &question::options),
                      field("multiple", &question::multiple), field("tool", &question::tool),
                      field("input", &question::input),
                      field("suggested_pattern", &question::suggested_pattern),
                      field("asked_at", &question::asked_at));
  }
};

/// A question as kept. Answered ones stay until the session goes, to tell "answered" from "never
/// asked".
struct question_record {
  question shown;
  uint32_t turn = 0;
  proto::call_id call_id;
  uint64_t event_id = 0;                            ///< Of its user_question event.
  std::optional<std::vector<std::string>> response; ///< Absent while waiting.
  bool withdrawn = false;                           ///< The turn ended before an answer came.

  bool is_waiting() const { return !response && !withdrawn; }

  static constexpr auto fields() {
    return std::tuple(
        field("shown", &question_record::shown), field("turn", &question_record::turn),
        field("call_id", &question_record::call_id), field("event_id", &question_record::event_id),
        field("response", &question_record::response),
        field("withdrawn", &question_record::withdrawn));
  }
};

} // namespace kodad::proto
