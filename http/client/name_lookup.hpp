// NAME LOOKUP: from host names to addresses, for one thread that must not wait. The system's own
// lookup waits for name servers, tens of seconds for one that is silent, and cannot be interrupted;
// so it runs on a bounded number of threads, one name at a time each, and nobody ever joins them.
// Answers are kept: a name that was found once is served from memory while it is asked anew.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace kodad::http {

struct name_answer {
  std::string name;
  std::vector<std::string> addresses; ///< Numeric, the preferred one first; empty if not found.
  std::string failure;                ///< Why there are none.
};

class name_lookup {
public:
  /// @param wake_fd An eventfd that is rung when `take` has something.
  explicit name_lookup(int wake_fd);

  /// Waits for no lookup: what is under way ends by itself, unheard.
  ~name_lookup();
  name_lookup(const name_lookup&) = delete;
  name_lookup& operator=(const name_lookup&) = delete;

  /// The addresses known by now. If there are none, or they are old, the name is looked up, and
  /// `take` will tell.
  std::vector<std::string> find(const std::string& name);

  /// The addresses do not work: they are not used again until they are confirmed.
  void forget(const std::string& name) { known_.erase(name); }

  /// The answers that came since the last call.
  std::vector<name_answer> take();

private:
  struct desk;
  struct entry {
    std::vector<std::string> addresses;
    std::chrono::steady_clock::time_point since;
  };

  static void* serve(void* desk_ptr);
  void ask(const std::string& name);

  std::shared_ptr<desk> desk_;
  std::unordered_map<std::string, entry> known_;
};

} // namespace kodad::http
