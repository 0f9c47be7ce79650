// SIM PROJECT: how a project is tested and built, told by the files at its root. Looks at them
// through the worker's tools. Pure.
#pragma once

#include "actors/provider/sim/sim_worker.hpp"

namespace kodad::actors {

/// A command, and the file that speaks for it.
struct sim_recipe {
  std::string command; ///< Empty: nothing was found.
  std::string because;
};

/// What lies at the workspace's root; folders end in a slash. Nothing while that is looked up.
std::optional<std::vector<std::string>> list_root(sim_worker& hands);

/// The command that runs all tests, or builds all. Nothing while that is looked up.
std::optional<sim_recipe> find_test_recipe(sim_worker& hands);
std::optional<sim_recipe> find_build_recipe(sim_worker& hands);

/// The command that runs the tests of one file; empty for a kind of file that is not known.
std::string test_file_command(const std::string& path);

/// Does the output of a test run that ended well say that there was no test?
bool says_no_tests(std::string_view output);

} // namespace kodad::actors
