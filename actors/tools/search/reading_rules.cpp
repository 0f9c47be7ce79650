#include "actors/tools/search/reading_rules.hpp"

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

std::vector<rule_layer> layers(const reading_rules& rules) {
  return {{&rules.agent, rules.builtin ? rule_origin::builtin_agent : rule_origin::agent},
          {&rules.user, rule_origin::user}};
}

} // namespace

std::string with_rules(const std::string& input, const reading_rules& rules) {
  return input + separator + proto::json::write(rules);
}

ruled_input without_rules(std::string_view input) {
  auto mark = input.find(separator);
  if (mark == input.npos)
    return {input, {}};
  auto rules = proto::json::read<reading_rules>(input.substr(mark + 1));
  // Rules that cannot be read allow nothing.
  if (!rules)
    return {input.substr(0, mark),
            reading_rules{{{{"read", {{"*", proto::action::deny}}, false}}}, false, {}, {}}};
  return {input.substr(0, mark), std::move(*rules)};
}

proto::action may_read(const reading_rules& rules, const std::string& path) {
  return decide(layers(rules), rules.granted, "read", path).then;
}

std::string guarded_regex(const reading_rules& rules, const std::string& place) {
  auto usual = may_read(rules, place);
  std::string out;
  for (const auto* set : {&rules.agent, &rules.user})
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
