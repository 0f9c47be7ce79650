#include "storage/config/config_loader.hpp"

#include "storage/config/config_sections.hpp"
#include "storage/config/locations.hpp"
#include "storage/config/yaml_check.hpp"
#include "storage/host/durable_file.hpp"

#include <filesystem>

namespace kodad::storage {

namespace {

// A configuration of a thousand models has about 100 KiB.
constexpr size_t file_bytes = 1024 * 1024;

/// Parses, and lets `read` fill in what is found. Of what yaml-cpp itself refuses only the first
/// can be told: it reads no further.
template <class Read>
proto::result<void> read_yaml(std::string_view text, findings& into, Read read) {
  if (text.size() > file_bytes)
    return proto::make_error(proto::ec::invalid_value, "config " + into.file() +
                                                           ": expected at most " +
                                                           std::to_string(file_bytes) + " bytes");
  try {
    // yaml-cpp bounds the nesting itself (500) and throws beyond.
    if (check_yaml(text, into)) {
      section all(into, YAML::Load(std::string(text)), "");
      read(all);
    }
  } catch (const YAML::Exception& failure) {
    auto line =
        failure.mark.is_null() ? std::string() : " line " + std::to_string(failure.mark.line + 1);
    return proto::make_error(proto::ec::invalid_value,
                             "config " + into.file() + line + ": not YAML: " + failure.msg);
  }
  return into.has_failed() ? proto::result<void>(into.last_failure()) : proto::result<void>();
}

} // namespace

proto::result<loaded_config> read_config(std::string_view text, const std::string& file,
                                         const host::environment& variables,
                                         other_findings* others) {
  loaded_config out;
  out.file = file;
  findings found(file, variables);
  auto done = read_yaml(text, found, [&](section& all) { read_all(all, variables, out.config); });
  if (!done && others)
    *others = found.take_told();
  if (!done)
    return done.failure();
  out.warnings = found.take_told();
  out.lines = found.lines();
  return out;
}

proto::result<loaded_config> load_config(const std::optional<std::string>& chosen,
                                         const host::environment& variables,
                                         other_findings* others) {
  auto file = chosen ? chosen : default_config_file(variables);
  if (!file || (!chosen && !host::file_exists(*file)))
    return loaded_config{};
  std::error_code failure;
  auto size = std::filesystem::file_size(*file, failure);
  if (failure)
    return proto::make_error(proto::ec::storage_failed,
                             "config " + *file + ": " + failure.message());
  if (size > file_bytes)
    return proto::make_error(proto::ec::invalid_value, "config " + *file + ": expected at most " +
                                                           std::to_string(file_bytes) + " bytes");
  auto text = host::read_whole(*file, size);
  if (!text)
    return text.failure();
  return read_config(*text, *file, variables, others);
}

proto::result<workspace_config> load_workspace_config(std::string_view text) {
  workspace_config out;
  findings found("kodad.yaml", [](const std::string&) { return std::nullopt; });
  auto done = read_yaml(text, found, [&out](section& all) {
    all.read("permission", out.permission);
    for (auto& tool : out.permission.tools)
      if (std::erase_if(tool.rules,
                        [](const auto& rule) { return rule.then == proto::action::allow; }) > 0)
        all.warn("permission",
                 "a workspace may only ask or deny; allow for " + tool.tool + " is ignored");
    std::erase_if(out.permission.tools, [](const auto& tool) { return tool.rules.empty(); });
    all.finish();
  });
  if (!done)
    return done.failure();
  out.warnings = found.take_told();
  return out;
}

} // namespace kodad::storage
