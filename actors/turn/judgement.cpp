#include "actors/turn/judgement.hpp"

#include "actors/permission/policy.hpp"
#include "actors/tools/catalog.hpp"
#include "proto/json/reader.hpp"
#include "proto/limits.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::ec;

namespace {

std::optional<proto::error> problem_of(const judgement_rules& by, const std::string& tool,
                                       const std::string& input) {
  if (std::ranges::find(by.tools, tool, &proto::tool_spec::name) == by.tools.end())
    return proto::make_error(ec::tool_not_found, "there is no tool of this name for this agent");
  if (input.size() > proto::limits::tool_input_bytes) {
    auto why = proto::make_error(ec::tool_invalid_args, "the arguments are too long");
    why.limit = static_cast<int64_t>(proto::limits::tool_input_bytes);
    return why;
  }
  proto::json::parser reading;
  if (auto read = reading.parse_object(input); !read)
    return proto::make_error(ec::tool_invalid_args,
                             "the arguments are no valid JSON object: " + read.failure().context);
  return std::nullopt;
}

} // namespace

verdict judge_tool_call(const judgement_rules& by, const std::string& tool,
                        const std::string& input) {
  if (auto problem = problem_of(by, tool, input))
    return {proto::action::deny, "", problem};
  auto subject = subject_of(tool, input, by.workspace);
  auto decided = decide(layers_of(by.who, by.user), by.granted, tool, subject);
  return {decided.then, decided.suggested_pattern, {}};
}

std::vector<proto::tool_spec> tools_of(const proto::agent& who,
                                       const std::vector<proto::tool_spec>& all) {
  std::vector<proto::tool_spec> out;
  std::ranges::copy_if(all, std::back_inserter(out),
                       [&](const proto::tool_spec& one) { return may_use(who, one.name); });
  return out;
}

} // namespace kodad::actors
