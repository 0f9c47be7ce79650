#include "actors/tools/pool/work_shares.hpp"

#include "proto/limits.hpp"
#include "proto/limits/tools.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace kodad::actors {

namespace limits = proto::limits;

namespace {

bool is_slow(std::chrono::steady_clock::duration taken) {
  return taken >= limits::step_is_slow;
}

} // namespace

/// What one workspace may hold. It shrinks while much hangs, so that many workspaces on one dead
/// disk do not fill the pool as quickly as one alone.
size_t work_shares::share(size_t slow_steps) {
  auto left = limits::slow_steps - std::min(limits::slow_steps, slow_steps);
  return std::clamp<size_t>(left / 8, 1, limits::steps_of_workspace);
}

size_t work_shares::slow(time now) const {
  return static_cast<size_t>(std::ranges::count_if(
      running_, [now](const auto& one) { return is_slow(now - one.second.started); }));
}

work_shares::holding work_shares::of_workspace(const std::string& workspace, time now) const {
  holding out;
  for (const auto& [id, one] : running_) {
    if (one.place.workspace != workspace)
      continue;
    ++out.running;
    out.slow += is_slow(now - one.started) ? 1 : 0;
  }
  return out;
}

std::chrono::milliseconds work_shares::oldest(const std::string& workspace, time now) const {
  auto longest = std::chrono::steady_clock::duration::zero();
  for (const auto& [id, one] : running_)
    if (one.place.workspace == workspace)
      longest = std::max(longest, now - one.started);
  return std::chrono::duration_cast<std::chrono::milliseconds>(longest);
}

work_shares::answer work_shares::ask(const work_place& place, time now) const {
  auto all_slow = slow(now);
  auto held = of_workspace(place.workspace, now);
  bool is_stuck =
      held.slow >= share(all_slow) && oldest(place.workspace, now) >= limits::step_deadline;
  if (is_stuck || (held.slow > 0 && all_slow >= limits::slow_steps))
    return answer::workspace_hangs;
  return waiting_.size() >= limits::tools_waiting ? answer::too_many_wait : answer::welcome;
}

void work_shares::add(ticket id, work_place place) {
  waiting_.push_back({id, std::move(place), {}});
}

std::optional<work_shares::ticket> work_shares::next(time now) {
  auto all_slow = slow(now);
  if (waiting_.empty() || running_.size() - all_slow >= limits::tool_threads ||
      running_.size() >= limits::slow_steps + limits::tool_threads)
    return std::nullopt;
  std::unordered_map<std::string_view, holding> held_in;
  std::unordered_map<std::string_view, size_t> held_by;
  for (const auto& [id, one] : running_) {
    auto& held = held_in[one.place.workspace];
    ++held.running;
    held.slow += is_slow(now - one.started) ? 1 : 0;
    ++held_by[one.place.session];
  }
  auto chosen = waiting_.end();
  for (auto one = waiting_.begin(); one != waiting_.end(); ++one) {
    const auto& held = held_in[one->place.workspace];
    if (held.running >= share(all_slow) || held_by[one->place.session] >= limits::steps_of_session)
      continue;
    if (chosen == waiting_.end() || held.slow == 0)
      chosen = one;
    if (held.slow == 0)
      break;
  }
  if (chosen == waiting_.end())
    return std::nullopt;
  auto id = chosen->id;
  chosen->started = now;
  running_.emplace(id, std::move(*chosen));
  waiting_.erase(chosen);
  return id;
}

void work_shares::end(ticket id) {
  running_.erase(id);
}

bool work_shares::withdraw(ticket id) {
  auto place = std::ranges::find(waiting_, id, &step::id);
  if (place == waiting_.end())
    return false;
  waiting_.erase(place);
  return true;
}

} // namespace kodad::actors
