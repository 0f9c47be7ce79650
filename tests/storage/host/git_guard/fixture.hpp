// What the git guard's tests share: a person with a home, a workspace, and real git.
#pragma once

#include "storage/host/git_guard/git_guard.hpp"

#include "tests/storage/host/fixture.hpp"

#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::host {

/// HOME, ws (the workspace) and ws/.payload, a program that leaves a marker when it is run.
class guarded_home {
public:
  guarded_home() {
    for (const auto* name : {"ws", "home", "state"})
      std::filesystem::create_directory(parent_.path(name));
    write_text(parent_.path("home/.gitconfig"),
               "[user]\n\tname = P\n\temail = p@q\n[init]\n\tdefaultBranch = main\n"
               "[protocol \"file\"]\n\tallow = always\n[advice]\n\tdetachedHead = false\n");
    write_text(in(".payload"), "#!/bin/sh\ntouch $HOME/marker\nexit 0\n");
    std::filesystem::permissions(in(".payload"), std::filesystem::perms::owner_all);
    reopen();
  }

  void reopen() {
    auto opened = open_folder(parent_.path("ws"));
    REQUIRE(opened);
    workspace = std::move(*opened);
  }

  git_guard_options options() const {
    return {parent_.path("state/git_guard"),
            {parent_.path("home"), {parent_.path("home/.gitconfig")}}};
  }

  std::string path(const std::string& name) const { return parent_.path(name); }
  std::string in(const std::string& name) const { return parent_.path("ws/" + name); }
  std::string marker() const { return parent_.path("home/marker"); }

  bool is_marked() const { return std::filesystem::exists(marker()); }
  void unmark() const { std::filesystem::remove(marker()); }

  /// Runs a script in the folder `cwd` of the workspace; its exit code.
  int run(const std::string& script, const std::string& cwd = ".") const {
    write_text(path("script"), "cd '" + in(cwd) + "' || exit 99\n" + script + "\n");
    auto line = "env -i PATH=/usr/bin:/bin HOME=" + path("home") + " WS=" + path("ws") +
                " P=" + in(".payload") + " OUT=" + path("outside") + " timeout 60 sh " +
                path("script") + " </dev/null >" + path("log") + " 2>&1";
    return std::system(line.c_str());
  }

  std::string log() const { return read_text(path("log")); }

private:
  temporary_folder parent_;

public:
  folder workspace;
};

/// All sentences in one text, for CAPTURE and searches.
inline std::string lines_of(const std::vector<std::string>& sentences) {
  std::string out;
  for (const auto& one : sentences)
    out += one + "\n";
  return out;
}

} // namespace kodad::storage::host
