#include "storage/config/config_loader.hpp"

#include "storage/config/config_sections.hpp"
#include "storage/config/locations.hpp"
#include "storage/host/durable_file.hpp"

#include <filesystem>

namespace kodad::storage {

namespace {

// A configuration of a thousand models has about 100 KiB.
constexpr size_t file_bytes = 1024 * 1024;

/// Parses, and lets `read` fill in what is found.
template <class Read>
proto::result<std::vector<std::string>> read_yaml(std::string_view text, findings into, Read read) {
  if (text.size() > file_bytes)
    return proto::make_error(proto::ec::invalid_value, "config " + into.file +
                                                           ": expected at most " +
                                                           std::to_string(file_bytes) + " bytes");
  try {
    // yaml-cpp bounds the nesting itself (500) and throws beyond.
    section all(into, YAML::Load(std::string(text)), "");
    read(all);
  } catch (const YAML::Exception& failure) {
    auto line =
        failure.mark.is_null() ? std::string() : " line " + std::to_string(failure.mark.line + 1);
    return proto::make_error(proto::ec::invalid_value,
                             "config " + into.file + line + ": not YAML: " + failure.msg);
  }
  if (into.failure)
    return *into.failure;
  return std::move(into.warnings);
}

} // namespace

proto::result<loaded_config> read_config(std::string_view text, const std::string& file,
                                         const host::environment& variables) {
  loaded_config out;
  out.file = file;
  auto warnings = read_yaml(text, findings{file, variables, {}, {}},
                            [&](section& all) { read_all(all, variables, out.config); });
  if (!warnings)
    return warnings.failure();
  out.warnings = std::move(*warnings);
  return out;
}

proto::result<loaded_config> load_config(const std::optional<std::string>& chosen,
                                         const host::environment& variables) {
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
  return read_config(*text, *file, variables);
}

proto::result<workspace_config> load_workspace_config(std::string_view text) {
  workspace_config out;
  findings into{"kodad.yaml", [](const std::string&) { return std::nullopt; }, {}, {}};
  auto warnings = read_yaml(text, std::move(into), [&out](section& all) {
    all.read("permission", out.permission);
    for (auto& tool : out.permission.tools)
      if (std::erase_if(tool.rules,
                        [](const auto& rule) { return rule.then == proto::action::allow; }) > 0)
        all.warn("permission",
                 "a workspace may only ask or deny; allow for " + tool.tool + " is ignored");
    std::erase_if(out.permission.tools, [](const auto& tool) { return tool.rules.empty(); });
    all.finish();
  });
  if (!warnings)
    return warnings.failure();
  out.warnings = std::move(*warnings);
  return out;
}

} // namespace kodad::storage
