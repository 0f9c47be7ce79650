#include "storage/host/sandbox/tool_chains.hpp"

#include "storage/host/path.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace kodad::storage::host {

namespace {

constexpr std::string_view system_path =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Below the home folder; what does not exist is passed over.
constexpr const char* shown_below_home[] = {
    ".asdf",
    ".bun/bin",
    ".cargo/bin",
    ".cargo/git",
    ".cargo/registry",
    ".deno/bin",
    ".dotnet",
    ".elan",
    ".fnm",
    ".ghcup",
    ".go",
    ".goenv",
    ".jenv",
    ".juliaup",
    ".julia/juliaup",
    ".local/bin",
    ".local/lib",
    ".local/share/fnm",
    ".local/share/mise",
    ".local/share/pipx",
    ".local/share/pnpm",
    ".local/share/uv",
    ".m2/repository",
    ".nodenv",
    ".nvm",
    ".opam",
    ".pyenv",
    ".rbenv",
    ".rustup",
    ".rvm",
    ".sdkman",
    ".swiftly",
    ".volta",
    "go/bin",
    "go/pkg/mod",
    "sdk",
};

/// Programs that are found without a shell's start-up files having put them into PATH.
constexpr const char* programs_below_home[] = {
    ".cargo/bin", ".pyenv/shims", ".pyenv/bin", ".local/bin",
    ".volta/bin", ".bun/bin",     ".deno/bin",  "go/bin",
};

/// Where a tool looks, if the folder is there; its own default is in the command's own home.
constexpr struct {
  const char* folder;
  const char* variable;
} homes[] = {
    {".rustup", "RUSTUP_HOME"},   {".cargo/bin", "CARGO_HOME"}, {".pyenv", "PYENV_ROOT"},
    {".nvm", "NVM_DIR"},          {".rbenv", "RBENV_ROOT"},     {".volta", "VOLTA_HOME"},
    {"go/pkg/mod", "GOMODCACHE"}, {".sdkman", "SDKMAN_DIR"},    {".asdf", "ASDF_DATA_DIR"},
};

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    auto end = std::min(text.find(':'), text.size());
    if (end > 0)
      out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

class search {
public:
  explicit search(std::string home) : home_(std::move(home)) {}

  void find_shown() {
    for (const auto* each : shown_below_home)
      if (auto real = below_home(each))
        out_.shown.push_back(*real);
  }

  void add_to_path(const std::string& folder) {
    auto real = resolve_folder(folder);
    if (real && std::ranges::find(path_, *real) == path_.end())
      path_.push_back(*real);
  }

  /// What the operator's own PATH has, as far as a command can see it.
  void add_if_visible(const std::string& folder) {
    auto real = resolve_folder(folder);
    if (!real)
      return;
    bool is_system = lies_in(*real, "/usr") || lies_in(*real, "/opt");
    if (is_system ||
        std::ranges::any_of(out_.shown, [&](const auto& shown) { return lies_in(*real, shown); }))
      add_to_path(folder);
  }

  void find_programs() {
    for (const auto* each : programs_below_home)
      if (auto real = below_home(each))
        add_to_path(*real);
  }

  void find_homes() {
    for (const auto& [folder, variable] : homes)
      if (auto real = below_home(folder)) {
        auto value = *real;
        if (std::string_view(variable) == "CARGO_HOME")
          value = value.substr(0, value.rfind('/')); // Only parts of it are shown.
        out_.environment.push_back(std::string(variable) + "=" + value);
      }
  }

  tool_chains take() {
    std::string joined;
    for (const auto& each : path_)
      joined += (joined.empty() ? "" : ":") + each;
    out_.environment.push_back("PATH=" + joined);
    return std::move(out_);
  }

private:
  std::optional<std::string> below_home(const char* name) const {
    return home_.empty() ? std::nullopt : resolve_folder(home_ + "/" + name);
  }

  std::string home_;
  std::vector<std::string> path_;
  tool_chains out_;
};

std::string variable(const char* name) {
  const auto* value = std::getenv(name);
  return value ? value : "";
}

} // namespace

tool_chains find_tool_chains(const std::vector<std::string>& first) {
  search all(variable("HOME"));
  all.find_shown();
  for (const auto& folder : first)
    all.add_to_path(folder);
  for (const auto& folder : split(variable("PATH")))
    all.add_if_visible(folder);
  all.find_programs();
  for (const auto& folder : split(system_path))
    all.add_to_path(folder);
  all.find_homes();
  return all.take();
}

} // namespace kodad::storage::host
