#include "actors/provider/sim/sim_koda.hpp"

#include "actors/provider/sim/sim_answer.hpp"
#include "actors/provider/sim/sim_below.hpp"
#include "actors/provider/sim/sim_self.hpp"
#include "actors/provider/sim/sim_work.hpp"
#include "actors/provider/token_estimate.hpp"
#include "proto/json/codec.hpp"
#include "proto/limits.hpp"

#include <algorithm>

namespace kodad::actors {

namespace json = proto::json;
using kind = sim_intent::kind;

namespace {

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

std::optional<sim_look_up> read_file(const proto::chat_request& request, const std::string& path,
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
  return sim_look_up{thought, "read", input.take()};
}

std::optional<sim_look_up> glob(const proto::chat_request& request, const std::string& pattern,
                                std::string thought) {
  if (find_tool(request, "glob") == nullptr)
    return std::nullopt;
  return sim_look_up{std::move(thought), "glob", "{\"pattern\":" + json::quote(pattern) + "}"};
}

std::optional<sim_look_up> grep(const proto::chat_request& request, const sim_intent& intent) {
  if (find_tool(request, "grep") == nullptr)
    return std::nullopt;
  auto pattern = grep_pattern(intent);
  auto thought = intent.is_entry_point ? "The question is about the entry point. I search for it."
                                       : "I search for " + intent.names.front() + " by name.";
  return sim_look_up{thought, "grep", "{\"pattern\":" + json::quote(pattern) + "}"};
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
      out.is_cut = says_more_follows(call.output);
    }
  }
  if (auto best = best_hit(out.hits, out.intent); best && out.hits[*best].path == out.path)
    out.at_line = out.hits[*best].line;
  return out;
}

std::optional<sim_look_up> first_step(const proto::chat_request& request,
                                      const sim_intent& intent) {
  std::optional<sim_look_up> out;
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
std::optional<sim_look_up> another_way(const proto::chat_request& request, const sim_prompt& prompt,
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

std::optional<sim_look_up> next_step(const proto::chat_request& request, const sim_prompt& prompt,
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

/// What this model call does: a tool call, or the answer.
struct course {
  std::string thought;
  std::optional<sim_look_up> step;
  std::string answer;
};

course calling(sim_look_up step) {
  auto thought = step.thought;
  return {std::move(thought), std::move(step), {}};
}

course look_things_up(const proto::chat_request& request, const sim_prompt& prompt) {
  auto known = gather(prompt);
  if (auto step = next_step(request, prompt, known))
    return calling(std::move(*step));
  return {compose_reasoning(known), std::nullopt, compose_answer(known)};
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names)
    out += (out.empty() ? "`" : ", `") + name + "`";
  return out;
}

/// Why a wish could not be seen through.
std::string tell_stop(const sim_worker& hands, const sim_wish& wish) {
  auto asked = "You asked: " + as_code(wish.said) + ". ";
  if (hands.is_spent)
    return asked + "I have made as many tool calls as one answer may, so I stopped here.";
  auto tools = hands.tools();
  return asked + "I could not do it, and changed nothing for it: it takes the tool `" +
         hands.missing + "`, and this agent has " +
         (tools.empty() ? "no tools (any more)." : "only " + listed(tools) + ".");
}

course see_to(const proto::chat_request& request, const sim_prompt& prompt,
              const sim_wishes& asked) {
  sim_worker hands(request, prompt);
  std::string answer;
  size_t done = 0;
  for (; done < asked.all.size(); ++done) {
    auto report = perform(asked.all[done], hands);
    if (hands.next)
      return calling(std::move(*hands.next));
    if (done > 0 && report && !report->is_done)
      answer += "As to " + as_code(asked.all[done].said) + ": ";
    answer += (report ? report->text : tell_stop(hands, asked.all[done])) + "\n\n";
    if (!report || !report->is_done)
      break;
  }
  for (auto i = done + 1; i < asked.all.size(); ++i)
    answer += "I did not go on to this: " + as_code(asked.all[i].said) + ".\n\n";
  if (asked.left_out > 0)
    answer += "Of what you asked I take " + std::to_string(asked.all.size()) +
              " things at a time; ask for the rest in another message.\n\n";
  return {"Now I report what the tools said.", std::nullopt, answer + std::string(disclaimer)};
}

course choose_course(const proto::chat_request& request, const sim_prompt& prompt,
                     const sim_wishes& asked) {
  if (!asked.all.empty())
    return see_to(request, prompt, asked);
  constexpr size_t greeting_bytes = 100;
  bool is_greeting =
      prompt.text.size() <= greeting_bytes && read_intent(prompt.text).what == kind::greeting;
  if (!is_greeting && asks_about_itself(prompt.text))
    return {"", std::nullopt, tell_of_itself() + std::string(disclaimer)};
  if (is_greeting || asks_to_look(prompt.text))
    return look_things_up(request, prompt);
  return {"That is beyond a simulation.", std::nullopt,
          tell_what_is_beyond() + std::string(disclaimer)};
}

} // namespace

std::string call_prefix(const sim_prompt& prompt) {
  return "call_" + std::to_string(prompt.user_number) + "_";
}

sim_plan plan_koda(const proto::chat_request& request, const sim_prompt& prompt, double rate) {
  sim_composer out(estimate_tokens(request));
  out.set_rate(rate);
  auto asked = read_wishes(prompt.text);
  auto course = choose_course(request, prompt, asked);
  if (course.answer.ends_with(disclaimer))
    course.answer.insert(course.answer.size() - disclaimer.size(),
                         note_on_lines_below(prompt.text, asked));
  if (request.reasoning_budget.value_or(1) != 0)
    out.reasoning(course.thought);
  if (course.step)
    out.tool_call(course.step->tool, course.step->input,
                  call_prefix(prompt) + std::to_string(prompt.calls.size() + 1));
  else
    out.text(course.answer);
  return out.stop(proto::stop_reason::end);
}

} // namespace kodad::actors
