#include "actors/store/project_file.hpp"

#include "actors/agents/agent_check.hpp"
#include "actors/tools/catalog.hpp"
#include "actors/turn/judgement.hpp"
#include "proto/limits/project.hpp"
#include "storage/config/project_config.hpp"
#include "storage/host/folder.hpp"
#include "storage/host/plain_file.hpp"

#include <exception>
#include <functional>

namespace kodad::actors {

namespace host = storage::host;
using proto::ec;
using proto::make_error;

namespace {

constexpr const char* consequence = "; until it is mended no tool runs in this workspace";

/// A rule for a tool that is not there would guard nothing, and look as if it did.
void check_tools(const proto::permission_set& rules, storage::findings& into) {
  static const auto tools = [] {
    std::vector<std::string> out;
    for (const auto& one : tool_specs())
      out.push_back(one.name);
    return out;
  }();
  if (auto fine = check_rules(rules, tools); !fine)
    into.fail_at(fine.failure().field, fine.failure().context);
}

seen_rules refused(const std::string& why) {
  auto text = why + consequence;
  return {make_error(ec::tool_denied, text), {text}, 0};
}

seen_rules read_text(const std::string& text) {
  auto content = std::hash<std::string>()(text);
  auto read = storage::read_project_config(text, check_tools);
  auto out = read ? seen_rules{project_rules{std::make_shared<const proto::permission_set>(
                                   std::move(read->permission))},
                               std::move(read->remarks), 0}
                  : refused(read.failure().context);
  out.content = content;
  return out;
}

/// Names that somebody may have taken for the file's. They deny nothing: whatever an agent makes of
/// that name would else stop all work here.
std::vector<std::string> tell_other_names(const host::folder& in) {
  std::vector<std::string> out;
  for (const char* name : {"kodad.yml", ".kodad.yaml", ".kodad.yml"})
    if (host::holds_entry(in, name))
      out.push_back(std::string(name) + " is not read: rules of a workspace stand in kodad.yaml");
  return out;
}

seen_rules look(const std::string& workspace) {
  auto folder = host::open_real_folder(workspace);
  // A host that is short of descriptors or memory has not lost the folder.
  if (!folder && folder.failure().code == ec::host_full)
    return {rules_unread(folder.failure()), {}, 0};
  if (!folder)
    return {make_error(ec::workspace_vanished, "the session's folder is gone"), {}, 0};
  auto text =
      host::read_plain_file(*folder, storage::project_file, proto::limits::project_file_bytes);
  if (!text && text.failure().code == ec::host_full)
    return {rules_unread(text.failure()), {}, 0};
  if (!text)
    return refused(text.failure().context);
  if (*text)
    return read_text(**text);
  static const auto none = std::make_shared<const proto::permission_set>();
  return {project_rules{none}, tell_other_names(*folder), 0};
}

} // namespace

seen_rules look_at_project(const std::string& workspace) {
  try {
    return look(workspace);
  } catch (const std::exception& failure) {
    return {rules_unread(make_error(ec::internal, failure.what())), {}, 0};
  }
}

} // namespace kodad::actors
