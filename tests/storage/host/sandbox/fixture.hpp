// What the sandbox's tests share: a workspace with a secret beside it, and commands in a sandbox
// of each kind. Where a kind cannot be had, its tests say so and check nothing.
#pragma once

#include "storage/host/sandbox/sandbox.hpp"

#include "tests/storage/host/fixture.hpp"

namespace kodad::storage::host {

inline constexpr proto::sandbox_wish drawn_sandboxes[] = {proto::sandbox_wish::bubblewrap,
                                                          proto::sandbox_wish::landlock};

inline std::string name_of(proto::sandbox_wish wish) {
  return std::string(words(wish)[static_cast<size_t>(wish)]);
}

/// A variable of this process with another value while a test runs.
class scoped_variable {
public:
  scoped_variable(const char* name, const std::string& value) : name_(name) {
    if (const auto* known = std::getenv(name))
      before_ = known;
    ::setenv(name, value.c_str(), 1);
  }
  ~scoped_variable() {
    if (before_)
      ::setenv(name_, before_->c_str(), 1);
    else
      ::unsetenv(name_);
  }
  scoped_variable(const scoped_variable&) = delete;
  scoped_variable& operator=(const scoped_variable&) = delete;

private:
  const char* name_;
  std::optional<std::string> before_;
};

inline proto::sandbox_config wish_for(proto::sandbox_wish wish) {
  proto::sandbox_config out;
  out.mode = wish;
  return out;
}

class sandbox_place {
public:
  explicit sandbox_place(proto::sandbox_wish wish) : sandbox_place(wish_for(wish)) {}

  explicit sandbox_place(const proto::sandbox_config& wanted) {
    std::filesystem::create_directory(path("ws"));
    write_text(path("ws/kept"), "kept");
    write_text(path("secret"), "SECRET");
    settle(wanted);
    reopen("ws");
  }

  void settle(const proto::sandbox_config& wanted) {
    auto settled = settle_sandbox(wanted, *host);
    works = settled.ok();
    if (works)
      settings = std::move(*settled);
    else
      MESSAGE("this sandbox cannot be had here: ", settled.failure().context);
  }

  /// Makes another folder beside the secret the workspace.
  void reopen(const std::string& name) {
    auto opened = open_folder(path(name));
    REQUIRE(opened);
    workspace = std::move(*opened);
  }

  std::string path(const std::string& below) const { return at_.path(below); }
  std::string in(const std::string& below) const { return workspace.root() + "/" + below; }

  child_spec confined(const std::string& script, const command_access& access = {}) const {
    auto spec = confine(shell(script, workspace.root()), settings, workspace, access);
    REQUIRE(spec);
    return std::move(*spec);
  }

  ran run(const std::string& script, const command_access& access = {}) const {
    return host::run(*host, confined(script, access));
  }

private:
  temporary_folder at_;

public:
  std::unique_ptr<process_host> host = start_processes();
  sandbox_settings settings;
  folder workspace;
  bool works = false;
};

inline command_access read_only_access() {
  command_access out;
  out.writable = false;
  return out;
}

} // namespace kodad::storage::host
