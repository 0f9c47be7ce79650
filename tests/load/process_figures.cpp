#include "tests/load/process_figures.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace kodad::load {

namespace {

void read_status(const std::string& folder, process_figures& to) {
  std::ifstream in(folder + "/status");
  std::string name;
  while (in >> name) {
    if (name == "VmRSS:")
      in >> to.rss_kib;
    else if (name == "Threads:")
      in >> to.threads;
    std::getline(in, name);
  }
}

// Fields 14 and 15, counted behind the name, which may hold spaces and brackets.
void read_times(const std::string& folder, process_figures& to) {
  std::ifstream in(folder + "/stat");
  std::string line;
  std::getline(in, line);
  size_t name_end = line.rfind(')');
  if (name_end == std::string::npos)
    return;
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field)
    fields >> skipped;
  int64_t user_ticks = 0;
  int64_t system_ticks = 0;
  fields >> user_ticks >> system_ticks;
  to.cpu_ms = (user_ticks + system_ticks) * 1000 / ::sysconf(_SC_CLK_TCK);
}

} // namespace

process_figures read_process(int64_t pid) {
  process_figures figures;
  if (pid <= 0)
    return figures;
  std::string folder = "/proc/" + std::to_string(pid);
  read_status(folder, figures);
  read_times(folder, figures);
  return figures;
}

} // namespace kodad::load
