// Every plant in every layout: the person's git must run nothing afterwards.
#include "tests/storage/host/git_guard/fixture.hpp"
#include "tests/storage/host/git_guard/plants.hpp"

using namespace kodad::storage::host;

namespace {

// What a person does in a folder. Each line may fail: a broken repository runs nothing.
constexpr const char* person = R"(
git rebase --continue; git cherry-pick --continue; git status; git diff
git commit --allow-empty -m x; git commit --allow-empty; git log -1 -p; git add -A; git st
)";

constexpr const char* make_repository = R"(
git init -q; echo text > f.txt; git add f.txt; git commit -qm first; mkdir -p .git/hooks
cp $P .git/hooks/commit-msg; chmod -x .git/hooks/commit-msg
printf '#!/bin/sh\n' > .git/hooks/prepare-commit-msg; chmod +x .git/hooks/prepare-commit-msg
)";

/// A repository made once: copying is quicker than running git.
struct ready_made_repository {
  ready_made_repository() { home.run(make_repository); }
  void copy_to(const std::string& folder) const {
    namespace files = std::filesystem;
    files::copy(home.in("."), folder,
                files::copy_options::recursive | files::copy_options::overwrite_existing);
  }
  guarded_home home;
};

const ready_made_repository& ready_made() {
  static const ready_made_repository made;
  return made;
}

enum class layout { existing, none, nested };

struct trial_result {
  bool fired = false;
  bool left_a_value = false;
  std::string told;
};

/// Sets up, lets the agent plant, looks (or not), and is the person.
trial_result try_plant(const plant& one, layout where, bool guarded) {
  guarded_home at;
  std::string cwd = where == layout::nested ? "lib" : ".";
  if (where != layout::none)
    ready_made().copy_to(at.in("."));
  if (where == layout::nested)
    ready_made().copy_to(at.in("lib"));
  git_guard guard(at.options());
  auto ticket = guard.begin(at.workspace);
  REQUIRE(ticket);
  at.run((where == layout::none ? make_repository : "") + std::string(one.script), cwd);
  trial_result out;
  if (guarded)
    out.told = lines_of(guard.end(*ticket));
  at.unmark();
  for (const auto& folder : std::set<std::string>{".", cwd, cwd + "/sub"})
    at.run(person, folder);
  out.fired = at.is_marked();
  auto values = "find . -name 'config*' ! -name '*.kodad-untrusted' -exec grep -lF '" +
                at.in(".payload") + "' {} +";
  at.run(values);
  out.left_a_value = !at.log().empty();
  return out;
}

} // namespace

/// Of the layouts for the i-th plant; KODAD_GUARD_LAYOUTS=012 tries each plant in all of them.
std::string layouts_for(size_t i) {
  const auto* wanted = std::getenv("KODAD_GUARD_LAYOUTS");
  return wanted ? wanted : std::to_string(i % 3);
}

TEST_CASE("nothing that an agent planted is run by the person's git") {
  CHECK(std::size(plants) >= 30);
  for (size_t i = 0; i < std::size(plants); ++i)
    for (auto digit : layouts_for(i)) {
      CAPTURE(std::string(plants[i].name));
      CAPTURE(digit);
      auto result = try_plant(plants[i], static_cast<layout>(digit - '0'), true);
      CAPTURE(result.told);
      CHECK_FALSE(result.fired);
      CHECK_FALSE(result.left_a_value);
      CHECK_FALSE(result.told.empty());
    }
}

TEST_CASE("a plant would be run without the guard") {
  for (size_t i = 0; i < std::size(plants); i += std::getenv("KODAD_GUARD_LAYOUTS") ? 1 : 7) {
    CAPTURE(std::string(plants[i].name));
    auto result = try_plant(plants[i], layout::existing, false);
    CHECK(result.fired == plants[i].fires);
  }
}
