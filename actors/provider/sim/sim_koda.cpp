#include "actors/provider/sim/sim_koda.hpp"

#include "actors/provider/sim/sim_answer.hpp"
#include "actors/provider/token_estimate.hpp"
#include "proto/json/codec.hpp"
#include "proto/limits.hpp"

#include <algorithm>

namespace kodad::actors {

namespace json = proto::json;
using kind = sim_intent::kind;

namespace {

/// The next look-up: one tool call and the thought that leads to it.
struct look_up {
  std::string thought;
  std::string tool;
  std::string input;
};

const proto::tool_spec* find_tool(const proto::chat_request& request, std::string_view name) {
  auto found = std::find_if(request.tools.begin(), request.tools.end(),
                            [name](const proto::tool_spec& tool) { return tool.name == name; });
  return found == request.tools.end() ? nullptr : &*found;
}

/// What the tool calls its file argument; hosts differ.
std::string path_key(const proto::tool_spec& tool) {
  for (std::string key : {"filePath", "file_path", "path"})
    if (tool.schema.text.find("\"" + key + "\"") != std::string::npos)
      return key;
  return "filePath";
}

std::string string_in(const std::string& input, std::initializer_list<std::string_view> keys) {
  static thread_local json::parser parse;
  auto root = parse.parse_object(input);
  if (!root)
    return {};
  for (auto key : keys)
    if (auto text = json::find_string(*root, key))
      return std::string(*text);
  return {};
}

std::string read_path(const sim_past_call& call) {
  return string_in(call.input, {"filePath", "file_path", "path"});
}

std::optional<look_up> read_file(const proto::chat_request& request, const std::string& path,
                                 std::optional<int64_t> line) {
  const auto* tool = find_tool(request, "read");
  if (tool == nullptr)
    return std::nullopt;
  // From the top where that is near, because the includes stand there.
  auto first = line && *line > 250 ? *line - 40 : 1;
  json::writer input;
  input.begin_object().key(path_key(*tool)).string(path);
  input.key("offset").integer(first).key("limit").integer(400).end_object();
  auto thought = line ? "The best match is in " + path + " at line " + std::to_string(*line) +
                            ". I read the code around it."
                      : "I read " + path + ".";
  return look_up{thought, "read", input.take()};
}

std::optional<look_up> glob(const proto::chat_request& request, const std::string& pattern,
                            std::string thought) {
  if (find_tool(request, "glob") == nullptr)
    return std::nullopt;
  return look_up{std::move(thought), "glob", "{\"pattern\":" + json::quote(pattern) + "}"};
}

std::optional<look_up> grep(const proto::chat_request& request, const sim_intent& intent) {
  if (find_tool(request, "grep") == nullptr)
    return std::nullopt;
  auto pattern = grep_pattern(intent);
  auto thought = intent.is_entry_point ? "The question is about the entry point. I search for it."
                                       : "I search for " + intent.names.front() + " by name.";
  return look_up{thought, "grep", "{\"pattern\":" + json::quote(pattern) + "}"};
}

bool was_called(const sim_prompt& prompt, std::string_view tool, std::string_view input_part = {}) {
  return std::any_of(prompt.calls.begin(), prompt.calls.end(), [&](const sim_past_call& call) {
    return call.tool == tool && call.input.find(input_part) != std::string::npos;
  });
}

/// The path to read of those a glob found: the least deep, the shortest.
std::optional<std::string> best_path(const std::vector<std::string>& paths) {
  auto rank = [](const std::string& path) {
    return std::pair(std::count(path.begin(), path.end(), '/'), path.size());
  };
  auto best = std::min_element(paths.begin(), paths.end(),
                               [rank](const std::string& a, const std::string& b) {
                                 return std::pair(rank(a), a) < std::pair(rank(b), b);
                               });
  return best == paths.end() ? std::nullopt : std::optional(*best);
}

sim_knowledge gather(const sim_prompt& prompt) {
  sim_knowledge out;
  out.prompt = prompt.text;
  out.intent = read_intent(prompt.text);
  for (const auto& call : prompt.calls) {
    if (call.failed) {
      auto why = call.output.substr(0, std::min(call.output.find('\n'), size_t{200}));
      out.failed.push_back("The tool `" + call.tool + "` failed: " + why);
    } else if (call.tool == "grep") {
      out.hits = read_hits(call.output);
    } else if (call.tool == "glob") {
      out.paths = read_paths(call.output);
    } else if (call.tool == "read") {
      out.path = read_path(call);
      out.lines = read_lines(call.output);
    }
  }
  if (auto best = best_hit(out.hits, out.intent); best && out.hits[*best].path == out.path)
    out.at_line = out.hits[*best].line;
  return out;
}

std::optional<look_up> first_step(const proto::chat_request& request, const sim_intent& intent) {
  std::optional<look_up> out;
  if (intent.what == kind::greeting)
    return out;
  if (intent.what == kind::file)
    out = read_file(request, intent.path, std::nullopt);
  else if (intent.what == kind::find)
    out = grep(request, intent);
  else if (intent.what == kind::list)
    out = glob(request, "**/*", "I look which files there are.");
  if (out)
    return out;
  out = glob(request, "**/README*", "I look for what the project says of itself.");
  return out ? out : read_file(request, "README.md", std::nullopt);
}

/// What to try when the last call brought nothing to read.
std::optional<look_up> another_way(const proto::chat_request& request, const sim_prompt& prompt,
                                   const sim_intent& intent) {
  auto not_found = "That found nothing. ";
  if (intent.is_entry_point && !was_called(prompt, "glob", "main."))
    return glob(request, "**/main.*", not_found + std::string("I look for a file named main."));
  if (intent.what == kind::file && !was_called(prompt, "glob", "**/"))
    return glob(request, "**/" + std::string(file_name(intent.path)),
                not_found + std::string("I look for a file of that name."));
  if (intent.what == kind::overview && !was_called(prompt, "glob", "\"*\""))
    return glob(request, "*", not_found + std::string("I look what is here at all."));
  return std::nullopt;
}

std::optional<look_up> next_step(const proto::chat_request& request, const sim_prompt& prompt,
                                 const sim_knowledge& known) {
  if (prompt.calls.size() >= proto::limits::sim_tool_calls)
    return std::nullopt;
  if (prompt.calls.empty())
    return first_step(request, known.intent);
  const auto& last = prompt.calls.back();
  if (last.tool == "read" && !last.failed)
    return std::nullopt;
  if (last.tool == "grep" && !last.failed) {
    if (auto best = best_hit(known.hits, known.intent))
      return read_file(request, known.hits[*best].path, known.hits[*best].line);
  }
  bool lists = known.intent.what == kind::list || last.input.find("\"*\"") != std::string::npos;
  if (last.tool == "glob" && !last.failed && !lists) {
    if (auto path = best_path(known.paths))
      return read_file(request, *path, std::nullopt);
  }
  return lists ? std::nullopt : another_way(request, prompt, known.intent);
}

} // namespace

std::string call_prefix(const sim_prompt& prompt) {
  return "call_" + std::to_string(prompt.user_number) + "_";
}

sim_plan plan_koda(const proto::chat_request& request, const sim_prompt& prompt, double rate) {
  auto known = gather(prompt);
  sim_composer out(estimate_tokens(request));
  out.set_rate(rate);
  bool may_reason = request.reasoning_budget.value_or(1) != 0;
  if (auto step = next_step(request, prompt, known)) {
    if (may_reason)
      out.reasoning(step->thought);
    out.tool_call(step->tool, step->input,
                  call_prefix(prompt) + std::to_string(prompt.calls.size() + 1));
    return out.stop(proto::stop_reason::end);
  }
  if (may_reason)
    out.reasoning(compose_reasoning(known));
  out.text(compose_answer(known));
  return out.stop(proto::stop_reason::end);
}

} // namespace kodad::actors
