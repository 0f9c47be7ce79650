// REQUEST LINE: requests that time out one after the other, as those do that wait equally long. One
// more costs a place at the end; all of an actor's are found, so that an actor that ends is not
// held by what it asked.
#pragma once

#include <caf/abstract_actor.hpp>
#include <caf/actor_clock.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/message_id.hpp>

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

namespace kodad::actors {

class request_line {
public:
  using time_point = caf::actor_clock::time_point;

  struct entry {
    time_point due;
    caf::strong_actor_ptr who; ///< Null when it was taken back.
    caf::message_id answer;
    uint64_t before = 0; ///< Number of the actor's request before this one.
  };

  bool empty() const { return entries_.empty(); }

  /// @pre Not empty.
  time_point first_due() const { return entries_.front().due; }

  /// @pre Not empty.
  time_point last_due() const { return entries_.back().due; }

  /// @pre `due` is not before the last one's.
  void add(time_point due, caf::strong_actor_ptr who, caf::message_id answer);

  /// Takes back one request of an actor, or all of them. What held them goes into `dropped`.
  void take_back(const caf::abstract_actor* who, const caf::message_id* answer,
                 std::vector<caf::strong_actor_ptr>& dropped);

  /// Moves those that are due to the end of `out`.
  void take_due(time_point until, std::vector<entry>& out);

  void clear();

private:
  uint64_t first_ = 1; // Number of the first entry; 0 is none.
  std::deque<entry> entries_;
  std::unordered_map<const caf::abstract_actor*, uint64_t> last_; // Number of each actor's last.
};

} // namespace kodad::actors
