// NAMED FILES: what a person's own git configuration makes git run or read, as far as it may lie
// in a workspace: hook folders (core.hooksPath), included files, and every file that a command
// of it names. All chains are read: the system's, the person's, the repository's and that of a
// repositories around the workspace, with their includes, conditional or not. Paths stay as they
// are spelt: who looks at them goes them as the kernel does.
#pragma once

#include "storage/host/git_guard/baseline.hpp"
#include "storage/host/git_guard/route.hpp"

namespace kodad::storage::host {

struct operator_files {
  std::string home;                 ///< What "~/" means.
  std::vector<std::string> configs; ///< Absolute paths; those that are not there do not matter.
};

/// From HOME, XDG_CONFIG_HOME and GIT_CONFIG_GLOBAL, and /etc/gitconfig.
operator_files operator_files_of_environment();

class name_reader {
public:
  name_reader(const beneath& workspace, const operator_files& person)
      : workspace_(workspace), person_(person), routes_(workspace) {}

  /// What the system's, the person's and the enclosing repositories' configurations name, and
  /// their hooks that are links into the workspace.
  void read_person();

  /// What the repository at `git_dir`, below the workspace, names.
  void read_repository(const std::string& git_dir);

  /// The same for a git directory elsewhere, as the `.git` file of the folder `base` names it.
  void read_elsewhere(const std::string& git_dir, const std::string& base);

  std::vector<relative_name> take() { return std::move(out_); }

private:
  struct source {
    std::string git_dir; ///< For `relative_name`.
    std::string base;    ///< Absolute, when relative words are taken from there alone.
  };

  void read_around(const std::string& git_dir, const std::string& base);
  void read_text(const std::string& bytes, const std::string& path, const source& from, int depth);
  void read_file(const std::string& path, const source& from, int depth);
  void add_include(const std::string& file, const std::string& value, const source& from,
                   int depth);
  void add_hooks(const std::string& value, const source& from);
  void add_words(const std::string& value, const source& from);
  void add_name(const std::string& path, const source& from, bool is_tree);
  void add_absolute(const std::string& path, bool is_tree);
  void add_entries(const std::string& spelt, const std::string& folder);
  std::string expanded(std::string path) const;
  std::string text_of(const std::string& path);

  const beneath& workspace_;
  const operator_files& person_;
  router routes_;
  std::vector<relative_name> out_;
};

} // namespace kodad::storage::host
