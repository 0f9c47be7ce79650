#include "actors/turn/judgement.hpp"

#include "actors/permission/policy.hpp"
#include "actors/tools/argument_rules.hpp"
#include "actors/tools/catalog.hpp"
#include "actors/turn/tool_names.hpp"
#include "proto/json/mend.hpp"
#include "proto/json/reader.hpp"
#include "proto/limits.hpp"
#include "proto/limits/answers.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::ec;

namespace {

/// Why the text is no object, in words that help to write it anew.
std::string fault_of(const std::string& input, const std::string& found) {
  proto::json::parser reading;
  auto mended = proto::json::mend(input);
  if (mended != input && reading.parse_object(mended))
    return "a string holds half a character, a surrogate without its other half; write the "
           "character itself or both halves";
  return found;
}

std::optional<proto::error> problem_of(const std::string& input) {
  if (input.size() > proto::limits::tool_input_bytes) {
    auto why = proto::make_error(ec::tool_invalid_args, "the arguments are too long");
    why.limit = static_cast<int64_t>(proto::limits::tool_input_bytes);
    return why;
  }
  proto::json::parser reading;
  if (auto read = reading.parse_object(input); !read) {
    auto shown = std::string(proto::text::prefix(input, proto::limits::broken_input_bytes));
    shown += shown.size() < input.size() ? "…" : "";
    return proto::make_error(ec::tool_invalid_args, "the arguments are no valid JSON object (" +
                                                        fault_of(input, read.failure().context) +
                                                        "); they were: " + shown);
  }
  return std::nullopt;
}

proto::error denied_by_project() {
  return proto::make_error(ec::tool_denied,
                           "a permission rule of the workspace's kodad.yaml denies this call");
}

/// Who searches a file reads it.
void judge_as_reading(decision& so_far, const judgement_rules& by, const std::string& subject) {
  auto reading = decide(layers_of(by.who, by.user, *by.project.rules), by.granted, "read", subject);
  bool was_granted = std::ranges::any_of(by.granted, [&](const auto& rule) {
    return rule.tool == "grep" && rule.pattern == so_far.suggested_pattern;
  });
  if (reading.then == proto::action::ask && was_granted)
    return;
  if (reading.then > so_far.then)
    so_far = std::move(reading);
}

} // namespace

verdict judge_tool_call(const judgement_rules& by, const std::string& name,
                        const std::string& input) {
  auto tool = meant_tool(by.tools, name);
  if (!tool)
    return {proto::action::deny, "", no_such_tool(by.tools, name), ""};
  if (!by.project.rules)
    return {proto::action::deny, "",
            by.project.failure.value_or(
                rules_unread(proto::make_error(ec::internal, "it was not asked for"))),
            *tool};
  if (auto problem = problem_of(input))
    return {proto::action::deny, "", problem, *tool};
  if (auto given = read_arguments(*tool, input); !given)
    return {proto::action::deny, "", given.failure(), *tool};
  auto subject = subject_of(*tool, input, by.workspace);
  auto decided = decide(layers_of(by.who, by.user, *by.project.rules), by.granted, *tool, subject);
  if (*tool == "grep")
    judge_as_reading(decided, by, subject);
  if (decided.then == proto::action::deny && decided.from == rule_origin::project)
    return {decided.then, "", denied_by_project(), *tool};
  return {decided.then, decided.suggested_pattern, {}, *tool};
}

proto::error rules_unread(const proto::error& why) {
  if (why.code == ec::tool_denied || why.code == ec::workspace_vanished)
    return why;
  return proto::make_error(ec::tool_denied, "kodad.yaml could not be read (" + why.context +
                                                "); until it can be, no tool runs in this "
                                                "workspace");
}

std::vector<proto::tool_spec> tools_of(const proto::agent& who,
                                       const std::vector<proto::tool_spec>& all) {
  std::vector<proto::tool_spec> out;
  std::ranges::copy_if(all, std::back_inserter(out),
                       [&](const proto::tool_spec& one) { return may_use(who, one.name); });
  return out;
}

} // namespace kodad::actors
