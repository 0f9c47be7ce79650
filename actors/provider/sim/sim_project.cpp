#include "actors/provider/sim/sim_project.hpp"

#include "actors/provider/sim/sim_findings.hpp"
#include "actors/provider/sim/sim_outcome.hpp"
#include "proto/json/reader.hpp"
#include "proto/text/shell_word.hpp"

#include <algorithm>
#include <span>

namespace kodad::actors {

namespace json = proto::json;

namespace {

using names = std::vector<std::string>;

bool holds(const names& all, std::string_view name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

/// The first of `wanted` that is there; empty for none.
std::string first_of(const names& all, std::initializer_list<std::string_view> wanted) {
  for (auto name : wanted)
    if (holds(all, name))
      return std::string(name);
  return {};
}

names entries_of(const sim_past_call& listing) {
  names out;
  std::string_view text = listing.output;
  while (!listing.failed && !text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.empty() && !line.starts_with('('))
      out.emplace_back(line);
  }
  return out;
}

/// The marker at the root and what it means; the first that is there decides.
struct marker {
  std::string_view file;
  std::string_view command;
};

constexpr marker test_markers[] = {
    {"Cargo.toml", "cargo test"},
    {"go.mod", "go test ./..."},
    {"build.gradle", "./gradlew test"},
    {"build.gradle.kts", "./gradlew test"},
    {"pom.xml", "mvn -q test"},
    {"mix.exs", "mix test"},
    {"deno.json", "deno test"},
    {"Package.swift", "swift test"},
    {"build.zig", "zig build test"},
    {".rspec", "bundle exec rspec"},
    {"phpunit.xml", "vendor/bin/phpunit"},
    {"Taskfile.yml", "task test"},
    {"meson.build", "meson setup build && meson test -C build"},
};

constexpr marker build_markers[] = {
    {"Makefile", "make"},
    {"makefile", "make"},
    {"GNUmakefile", "make"},
    {"Cargo.toml", "cargo build"},
    {"go.mod", "go build ./..."},
    {"CMakeLists.txt", "cmake -S . -B build && cmake --build build"},
    {"build.gradle", "./gradlew build"},
    {"build.gradle.kts", "./gradlew build"},
    {"pom.xml", "mvn -q package"},
    {"mix.exs", "mix compile"},
    {"Package.swift", "swift build"},
    {"build.zig", "zig build"},
    {"meson.build", "meson setup build && meson compile -C build"},
};

sim_recipe of_marker(std::span<const marker> known, const names& root) {
  for (const auto& one : known)
    if (holds(root, one.file))
      return {std::string(one.command), std::string(one.file)};
  return {};
}

/// "test:" or "check:" at a line's beginning, which is no assignment.
std::string make_target(const sim_file_text& text) {
  for (std::string target : {"test", "tests", "check"})
    for (const auto& line : text.lines) {
      if (!line.starts_with(target))
        continue;
      auto rest = std::string_view(line).substr(target.size());
      rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
      if (rest.starts_with(':') && !rest.starts_with(":=") && !rest.starts_with("::="))
        return target;
    }
  return {};
}

/// Does package.json have such a script that is more than what npm puts there?
bool has_script(const sim_file_text& text, std::string_view name) {
  static thread_local json::parser parse;
  std::string all;
  for (const auto& line : text.lines)
    all += line + "\n";
  auto root = parse.parse_object(all);
  auto scripts = root ? json::find_object(*root, "scripts") : std::nullopt;
  auto script = scripts ? json::find_string(*scripts, name) : std::nullopt;
  return script && !script->empty() && script->find("no test specified") == std::string_view::npos;
}

std::string package_runner(const names& root) {
  if (holds(root, "pnpm-lock.yaml"))
    return "pnpm run ";
  if (holds(root, "yarn.lock"))
    return "yarn run ";
  return holds(root, "bun.lock") || holds(root, "bun.lockb") ? "bun run " : "npm run ";
}

std::string python_command(const names& root) {
  auto folder = first_of(root, {"tests/", "test/"});
  auto where = folder.empty() ? "" : " -s " + folder.substr(0, folder.size() - 1);
  return "if python3 -c 'import pytest' 2>/dev/null; then python3 -m pytest -q; "
         "else python3 -m unittest discover -v" +
         where + "; fi";
}

bool is_python_test(std::string_view name) {
  auto file = file_name(name);
  return file.ends_with(".py") && (file.starts_with("test_") || file.ends_with("_test.py"));
}

sim_recipe of_cmake(const names& root) {
  if (!holds(root, "CMakeLists.txt"))
    return {};
  std::string run = "ctest --test-dir build --output-on-failure";
  bool is_built = holds(root, "build/");
  return {is_built ? run : "cmake -S . -B build && cmake --build build && " + run,
          "CMakeLists.txt"};
}

sim_recipe of_python(const names& root) {
  auto why = first_of(
      root, {"pytest.ini", "conftest.py", "pyproject.toml", "setup.py", "setup.cfg", "tox.ini"});
  if (why.empty())
    for (const auto& name : root)
      if (is_python_test(name))
        why = name;
  return why.empty() ? sim_recipe() : sim_recipe{python_command(root), why};
}

/// A script that is there for it, at the root or in a folder of scripts.
std::optional<sim_recipe> of_script(const names& root, sim_worker& hands) {
  for (std::string folder : {"", "scripts/", "script/", "bin/"}) {
    auto entries = root;
    if (!folder.empty() && (!holds(root, folder) || !hands.has("read")))
      continue;
    if (!folder.empty()) {
      const auto* listing = hands.read(folder.substr(0, folder.size() - 1));
      if (!listing)
        return std::nullopt;
      entries = entries_of(*listing);
    }
    auto name = first_of(entries, {"test", "tests", "test.sh", "tests.sh", "run_tests.sh",
                                   "run-tests.sh", "runtests.sh", "run_tests"});
    if (!name.empty())
      return sim_recipe{(name.ends_with(".sh") ? "bash " : "./") + folder + name, folder + name};
  }
  return sim_recipe();
}

/// What one file at the root, once read, says.
std::optional<sim_recipe> of_makefile(const names& root, sim_worker& hands) {
  auto file = first_of(root, {"Makefile", "makefile", "GNUmakefile"});
  if (file.empty() || !hands.has("read"))
    return sim_recipe();
  const auto* seen = hands.read(file);
  if (!seen)
    return std::nullopt;
  auto target = seen->failed ? "" : make_target(read_file_text(*seen));
  return target.empty() ? sim_recipe() : sim_recipe{"make " + target, file};
}

std::optional<sim_recipe> of_package(const names& root, const std::string& script,
                                     sim_worker& hands) {
  if (!holds(root, "package.json") || !hands.has("read"))
    return sim_recipe();
  const auto* seen = hands.read("package.json");
  if (!seen)
    return std::nullopt;
  if (seen->failed || !has_script(read_file_text(*seen), script))
    return sim_recipe();
  return sim_recipe{package_runner(root) + script, "package.json"};
}

/// Tests that lie deeper: found by their names.
std::optional<sim_recipe> of_deeper_tests(const names& root, sim_worker& hands) {
  if (!hands.has("glob"))
    return sim_recipe();
  const auto* found = hands.glob("**/{test_*,*_test}.py");
  if (!found)
    return std::nullopt;
  auto paths = found->failed ? names() : read_paths(found->output);
  if (!paths.empty())
    return sim_recipe{python_command(root), paths.front()};
  const auto* scripts = hands.glob("**/*.test.{js,mjs,cjs}");
  if (!scripts)
    return std::nullopt;
  paths = scripts->failed ? names() : read_paths(scripts->output);
  return paths.empty() ? sim_recipe() : sim_recipe{"node --test", paths.front()};
}

} // namespace

std::optional<names> list_root(sim_worker& hands) {
  const sim_past_call* listing = nullptr;
  if (hands.has("read"))
    listing = hands.read(".");
  else if (hands.has("glob"))
    listing = hands.glob("*");
  else
    listing = hands.bash("ls -Ap", "See what is here");
  return listing ? std::optional(entries_of(*listing)) : std::nullopt;
}

std::optional<sim_recipe> find_test_recipe(sim_worker& hands) {
  auto root = list_root(hands);
  if (!root)
    return std::nullopt;
  auto out = of_makefile(*root, hands);
  if (out && out->command.empty())
    out = of_script(*root, hands);
  if (out && out->command.empty())
    out = of_package(*root, "test", hands);
  if (out && out->command.empty())
    out = of_marker(test_markers, *root);
  if (out && out->command.empty())
    out = of_cmake(*root);
  if (out && out->command.empty())
    out = of_python(*root);
  if (out && out->command.empty())
    out = of_deeper_tests(*root, hands);
  return out;
}

std::optional<sim_recipe> find_build_recipe(sim_worker& hands) {
  auto root = list_root(hands);
  if (!root)
    return std::nullopt;
  auto out = of_package(*root, "build", hands);
  if (out && out->command.empty())
    out = of_marker(build_markers, *root);
  return out;
}

std::string test_file_command(const std::string& path) {
  auto word = proto::text::shell_word(path);
  auto ending = file_ending(path);
  if (ending == "py")
    return "if python3 -c 'import pytest' 2>/dev/null; then python3 -m pytest -q " + word +
           "; else python3 -m unittest -v " + word + "; fi";
  if (ending == "js" || ending == "mjs" || ending == "cjs")
    return "node --test " + word;
  if (ending == "sh")
    return "bash " + word;
  if (ending == "go") {
    auto folder = path.substr(0, path.size() - file_name(path).size());
    return "go test " + proto::text::shell_word("./" + folder);
  }
  return {};
}

bool says_no_tests(std::string_view output) {
  for (std::string_view words : {"Ran 0 tests", "NO TESTS RAN", "no tests ran", "collected 0 items",
                                 "No tests were found", "0 passing", "# tests 0", "tests 0\n"})
    if (output.find(words) != std::string_view::npos)
      return true;
  // Go tells it of each folder.
  return output.find("[no test files]") != std::string_view::npos &&
         output.find("ok ") == std::string_view::npos;
}

} // namespace kodad::actors
