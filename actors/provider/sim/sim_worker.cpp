#include "actors/provider/sim/sim_worker.hpp"

#include "proto/json/writer.hpp"
#include "proto/limits/sim.hpp"

#include <algorithm>

namespace kodad::actors {

namespace json = proto::json;

namespace {

// The host cuts this to what it allows.
constexpr int64_t patience_ms = 600'000;

} // namespace

const proto::tool_spec* find_tool(const proto::chat_request& request, std::string_view name) {
  auto found = std::find_if(request.tools.begin(), request.tools.end(),
                            [name](const proto::tool_spec& tool) { return tool.name == name; });
  return found == request.tools.end() ? nullptr : &*found;
}

std::string path_key(const proto::tool_spec& tool) {
  for (std::string key : {"filePath", "file_path", "path"})
    if (tool.schema.text.find("\"" + key + "\"") != std::string::npos)
      return key;
  return "filePath";
}

std::vector<std::string> sim_worker::tools() const {
  std::vector<std::string> out;
  for (const auto& tool : request_.tools)
    out.push_back(tool.name);
  return out;
}

bool sim_worker::needs(std::string_view tool) {
  if (!has(tool))
    missing = tool;
  return has(tool);
}

const sim_past_call* sim_worker::call(sim_look_up wanted) {
  // Calls of another model may stand between: a turn can change models.
  for (auto at = told_; at < prompt_.calls.size(); ++at) {
    const auto& made = prompt_.calls[at];
    if (made.tool != wanted.tool || made.input != wanted.input)
      continue;
    told_ = at + 1;
    return &made;
  }
  if (!has(wanted.tool))
    missing = wanted.tool;
  else if (prompt_.calls.size() >= proto::limits::sim_work_calls)
    is_spent = true;
  else
    next = std::move(wanted);
  return nullptr;
}

const sim_past_call* sim_worker::read(const std::string& path, int64_t offset) {
  const auto* tool = find_tool(request_, "read");
  json::writer input;
  input.begin_object().key(tool ? path_key(*tool) : "filePath").string(path);
  if (offset > 0)
    input.key("offset").integer(offset);
  input.end_object();
  return call({"I read " + path + ".", "read", input.take()});
}

const sim_past_call* sim_worker::write(const std::string& path, const std::string& content) {
  const auto* tool = find_tool(request_, "write");
  json::writer input;
  input.begin_object().key(tool ? path_key(*tool) : "filePath").string(path);
  input.key("content").string(content).end_object();
  return call({"I write " + path + ".", "write", input.take()});
}

const sim_past_call* sim_worker::edit(const std::string& path, const sim_change& change) {
  const auto* tool = find_tool(request_, "edit");
  json::writer input;
  input.begin_object().key(tool ? path_key(*tool) : "filePath").string(path);
  input.key("oldString").string(change.from).key("newString").string(change.to);
  input.key("replaceAll").boolean(change.is_everywhere).end_object();
  return call({"I change " + path + ".", "edit", input.take()});
}

const sim_past_call* sim_worker::glob(const std::string& pattern) {
  return call({"I look for files by name.", "glob", "{\"pattern\":" + json::quote(pattern) + "}"});
}

const sim_past_call* sim_worker::grep(const std::string& pattern, const std::string& within,
                                      bool any_case) {
  json::writer input;
  input.begin_object().key("pattern").string(pattern);
  if (!within.empty())
    input.key("path").string(within);
  if (any_case)
    input.key("-i").boolean(true);
  input.end_object();
  return call({"I search for it.", "grep", input.take()});
}

const sim_past_call* sim_worker::bash(const std::string& command, const std::string& purpose) {
  json::writer input;
  input.begin_object().key("command").string(command);
  input.key("description").string(purpose).key("timeout").integer(patience_ms).end_object();
  return call({purpose + ".", "bash", input.take()});
}

} // namespace kodad::actors
