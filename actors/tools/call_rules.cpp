#include "actors/tools/call_rules.hpp"

#include "actors/permission/policy.hpp"
#include "proto/json/codec.hpp"
#include "proto/limits/search.hpp"
#include "proto/text/glob.hpp"

#include <algorithm>
#include <ranges>

namespace kodad::actors {

namespace {

/// Stands in no JSON text: within strings it must be escaped.
constexpr char separator = '\x1e';

constexpr std::string_view all_paths = "^";
constexpr std::string_view any_path = "(?s-u:.)*";

std::vector<rule_layer> layers(const call_rules& rules) {
  return {{&rules.agent, rules.builtin ? rule_origin::builtin_agent : rule_origin::agent},
          {&rules.user, rule_origin::user},
          {&rules.project, rule_origin::project}};
}

/// Alternatives for whole paths, of which the first that fits counts, as in a permission set the
/// last does.
class first_that_fits {
public:
  void add(const std::string& body, bool is_open) {
    regex_ += (regex_.empty() ? "(" : "|(") + (body.empty() ? std::string(any_path) : body) + ")";
    ++count_;
    if (is_open)
      kept_ += "${" + std::to_string(count_) + "}";
  }

  /// The rules about reading, the last first.
  void add(const proto::permission_set& set, proto::action usual) {
    for (const auto& tool : std::views::reverse(set.tools))
      if (proto::text::matches(tool.tool, "read", proto::text::glob_kind::command))
        for (const auto& rule : std::views::reverse(tool.rules))
          add(rule, usual);
  }

  path_filter take() {
    add("", true); // Without a rule reading is allowed.
    return {"^(?:" + regex_ + ")$", kept_};
  }

private:
  void add(const proto::permission_rule& rule, proto::action usual) {
    bool is_strict = rule.then != proto::action::allow;
    bool is_name = rule.pattern.find('/') == std::string::npos;
    auto from = is_strict || is_name ? rule_depth::any : rule_depth::root;
    auto body = rule.pattern == "*" ? std::string(any_path) : rule_body(rule.pattern, from);
    // What takes too long to try allows nothing.
    if (is_strict || !body.empty())
      add(body, rule.then <= usual);
  }

  std::string regex_;
  std::string kept_;
  size_t count_ = 0;
};

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

std::vector<path_filter> open_filters(const call_rules& rules, const std::string& place) {
  auto usual = may_read(rules, place);
  std::vector<path_filter> out;
  // Where the user's rules say something, a built-in agent's do not count.
  using sets = std::vector<const proto::permission_set*>;
  for (const auto& layer : rules.builtin ? std::vector<sets>{{&rules.user, &rules.agent}}
                                         : std::vector<sets>{{&rules.user}, {&rules.agent}}) {
    first_that_fits granted;
    for (const auto& rule : rules.granted)
      if (auto body = rule_body(rule.pattern, rule_depth::any);
          rule.tool == "read" && !body.empty())
        granted.add(body, true);
    // What was granted turns ask into allow, never deny: one filter each.
    first_that_fits not_denied;
    for (const auto* set : layer) {
      granted.add(*set, usual);
      not_denied.add(*set, std::max(usual, proto::action::ask));
    }
    out.push_back(granted.take());
    if (!rules.granted.empty())
      out.push_back(not_denied.take());
  }
  size_t bytes = 0;
  for (const auto& filter : out)
    bytes += filter.regex.size() + filter.kept.size();
  return bytes > proto::limits::guarded_regex_bytes ? std::vector<path_filter>() : out;
}

} // namespace kodad::actors
