// SIM TEST TEXT: a small test for something in a file: that it can be loaded and is there. More
// would have to be understood. Pure.
#pragma once

#include <string>
#include <vector>

namespace kodad::actors {

struct sim_test_subject {
  std::string name;               ///< Empty: the first that the file declares.
  std::string path;               ///< The file, relative to the workspace.
  std::vector<std::string> lines; ///< Of the file.
  std::string folder;             ///< Where tests lie, with a slash; empty for beside the file.
};

struct sim_new_test {
  std::string path;
  std::string text;
  std::string claim;   ///< What it checks.
  std::string problem; ///< Why there is none; empty where there is one.
};

/// For Python, JavaScript and Go.
sim_new_test compose_test(const sim_test_subject& about);

} // namespace kodad::actors
