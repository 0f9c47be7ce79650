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

/// Parses, and lets `read` fill in what is found.
template <class Read>
proto::result<void> read_yaml(std::string_view text, findings& into, Read read) {
  if (text.size() > file_bytes)
    return proto::make_error(proto::ec::invalid_value, "config " + into.file() +
                                                           ": expected at most " +
                                                           std::to_string(file_bytes) + " bytes");
  try {
    // yaml-cpp bounds the nesting itself (500) and throws beyond.
    if (check_yaml(text, into)) {
      auto root = YAML::Load(std::string(text));
      if (root.IsNull())
        into.warn(1, "the file", "holds nothing: all defaults hold");
      section all(into, std::move(root), "", 1);
      read(all);
    }
  } catch (const YAML::Exception& failure) {
    into.fail(failure.mark.is_null() ? 0 : failure.mark.line + 1, "the file", failure.msg);
  }
  return into.has_failed() ? proto::result<void>(into.last_failure()) : proto::result<void>();
}

} // namespace

proto::result<loaded_config> read_config(std::string_view text, const std::string& file,
                                         const host::environment& variables, other_findings* others,
                                         const more_checks& more) {
  loaded_config out;
  out.file = file;
  findings found(file, variables);
  auto done = read_yaml(text, found, [&](section& all) {
    read_all(all, variables, out.config);
    if (more)
      more(out.config, found);
  });
  if (!done && others)
    *others = found.take_told();
  if (!done)
    return done.failure();
  out.warnings = found.take_told();
  out.lines = found.lines();
  return out;
}

proto::result<loaded_config> load_config(const std::optional<std::string>& chosen,
                                         const host::environment& variables, other_findings* others,
                                         const more_checks& more) {
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
  return read_config(*text, *file, variables, others, more);
}

} // namespace kodad::storage
