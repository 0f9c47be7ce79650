#include "actors/tools/call_rules.hpp"

#include "actors/permission/policy.hpp"
#include "actors/tools/search/glob_regex.hpp"
#include "proto/json/codec.hpp"
#include "proto/limits/search.hpp"
#include "proto/text/glob.hpp"

namespace kodad::actors {

namespace {

/// Stands in no JSON text: within strings it must be escaped.
constexpr char separator = '\x1e';

constexpr std::string_view all_paths = "^";

std::vector<rule_layer> layers(const call_rules& rules) {
  return {{&rules.agent, rules.builtin ? rule_origin::builtin_agent : rule_origin::agent},
          {&rules.user, rule_origin::user},
          {&rules.project, rule_origin::project}};
}

} // namespace

std::string with_rules(const std::string& input, const call_rules& rules) {
  return input + separator + proto::json::write(rules);
}

ruled_input without_rules(std::string_view input) {
  auto mark = input.find(separator);
  if (mark == input.npos)
    return {input, {}};
  auto rules = proto::json::read<call_rules>(input.substr(mark + 1));
  // Rules that cannot be read allow nothing.
  if (!rules)
    return {input.substr(0, mark),
            call_rules{{{{"*", {{"*", proto::action::deny}}, false}}}, false, {}, {}, {}}};
  return {input.substr(0, mark), std::move(*rules)};
}

std::string_view bare_input(std::string_view input) {
  return input.substr(0, input.find(separator));
}

proto::result<void> permit_real(const std::optional<call_rules>& rules, std::string_view tool,
                                const std::string& named, const std::string& real) {
  if (!rules || named == real)
    return {};
  // Who searches reads.
  for (auto judged : {tool, std::string_view(tool == "grep" ? "read" : "")}) {
    if (judged.empty())
      continue;
    auto there = decide(layers(*rules), rules->granted, judged, real);
    if (there.then == proto::action::allow)
      continue;
    auto here = decide(layers(*rules), rules->granted, judged, named);
    bool is_same = there.then == here.then && there.pattern == here.pattern;
    if (is_same && there.then == proto::action::ask)
      continue;
    auto what = there.then == proto::action::deny ? "denies" : "asks before";
    return proto::make_error(proto::ec::tool_denied,
                             named + " leads to " + real + ", where a permission rule " + what +
                                 " this call; name " + real + " itself, so that the rules are " +
                                 "asked for it");
  }
  return {};
}

proto::action may_read(const call_rules& rules, const std::string& path) {
  return decide(layers(rules), rules.granted, "read", path).then;
}

std::string guarded_regex(const call_rules& rules, const std::string& place) {
  auto usual = may_read(rules, place);
  std::string out;
  for (const auto* set : {&rules.agent, &rules.user, &rules.project})
    for (const auto& tool : set->tools) {
      if (!proto::text::matches(tool.tool, "read", proto::text::glob_kind::command))
        continue;
      for (const auto& rule : tool.rules) {
        if (rule.then <= usual)
          continue;
        auto one = rule.pattern == "*" ? std::string(all_paths) : rule_regex(rule.pattern);
        if (one.empty() || out.size() + one.size() > proto::limits::guarded_regex_bytes)
          return std::string(all_paths);
        out.append(out.empty() ? "" : "|").append(one);
      }
    }
  return out;
}

} // namespace kodad::actors
