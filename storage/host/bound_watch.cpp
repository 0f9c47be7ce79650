#include "storage/host/bound_watch.hpp"

#include <algorithm>

namespace kodad::storage::host {

namespace {

using namespace std::chrono_literals;

// Often enough that a tree cannot grow far beyond a bound between two looks.
constexpr auto interval = 100ms;
// While a tree has that share of its processes: where neither the kernel nor a broker holds the
// bound (Landlock beneath another's listener), thousands can be started in one interval.
constexpr auto interval_of_growth = 10ms;
constexpr uint64_t growth_share = 4;
constexpr uint64_t least_growth = 8; // An ordinary pipeline.
// Where the kernel holds it, what is near the bound is looked at as often, to see it reached.
constexpr uint64_t near_bound = 3; // Quarters.
// Looking may cost a tenth of a processor at most, however many processes there are.
constexpr int cost_factor = 10;
// What a socket or a pipe holds at most, unless it was made larger.
constexpr uint64_t queue_bytes = uint64_t{208} << 10;
// What is left of a disk for everybody else, our own database among them.
constexpr uint64_t disk_reserve_bytes = uint64_t{256} << 20;

/// The last of a tree are the deepest, and so inside of its sandbox if there is one.
temporary_usage temporary_usage_of_tree(const std::vector<pid_t>& tree) {
  constexpr size_t asked_max = 4; // Some may have ended meanwhile.
  for (size_t i = 0; i < std::min(tree.size(), asked_max); ++i)
    if (auto used = temporary_usage_of(tree[tree.size() - 1 - i]); used.entry_bytes > 0)
      return used;
  return {};
}

} // namespace

void bound_watch::add(pid_t child, const resource_limits& limits, descriptor workspace,
                      bool holds_tasks) {
  if (limits.memory_bytes == 0 && limits.processes == 0 && limits.disk_bytes == 0)
    return;
  auto free = limits.disk_bytes > 0 ? free_bytes(workspace) : std::nullopt;
  if (all_.empty())
    next_ = clock::now() + interval;
  all_[child] = {limits,
                 std::move(workspace),
                 free.value_or(0),
                 holds_tasks,
                 resource_bound::none,
                 false,
                 {},
                 limits.memory_bytes > 0 ? machine_shared_bytes() : 0};
}

resource_bound bound_watch::remove(pid_t child) {
  auto found = all_.extract(child);
  return found.empty() ? resource_bound::none : found.mapped().noticed;
}

int bound_watch::due_in_ms() const {
  if (all_.empty())
    return -1;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(next_ - clock::now());
  return static_cast<int>(std::max<int64_t>(left.count(), 0));
}

resource_bound bound_watch::exceeded(watched& one) const {
  const auto& limits = one.limits;
  if (limits.memory_bytes > 0 && one.usage.memory_bytes > limits.memory_bytes)
    return resource_bound::memory;
  if (limits.processes > 0 && one.usage.processes > limits.processes)
    return resource_bound::processes;
  if (one.free_at_start > 0) {
    auto free = free_bytes(one.workspace).value_or(one.free_at_start);
    auto used = one.free_at_start > free ? one.free_at_start - free : 0;
    // On a disk that was as good as full already nobody is to blame for the reserve.
    if (used > limits.disk_bytes || (free < disk_reserve_bytes && used > disk_reserve_bytes))
      return resource_bound::disk;
  }
  return resource_bound::none;
}

/// Notes a bound of the kernel's that was reached. Is it near?
bool bound_watch::notice_tasks(watched& one, uint64_t tasks) {
  if (tasks >= one.limits.processes && one.noticed == resource_bound::none)
    one.noticed = resource_bound::processes;
  return tasks >= one.limits.processes * near_bound / 4;
}

/// Of `growth`, what neither the other trees nor any sandbox's temporary files account for.
uint64_t bound_watch::unseen_bytes(pid_t child, uint64_t growth, const process_table& table) const {
  for (const auto& [other, one] : all_) {
    auto tree = table.tree_of(other);
    auto seen =
        temporary_usage_of_tree(tree).bytes + (other == child ? 0 : shared_usage_of(tree).bytes);
    growth -= std::min(growth, seen);
  }
  return growth;
}

/// What a tree shares is looked at when the machine has so much more than before that it matters.
void bound_watch::measure(pid_t child, watched& one, const process_table& table) {
  one.usage = table.usage_of(child);
  if (one.limits.memory_bytes == 0 || one.is_over)
    return;
  auto tree = table.tree_of(child);
  auto& bytes = one.usage.memory_bytes;
  bytes += temporary_usage_of_tree(tree).entry_bytes;
  auto machine = machine_shared_bytes();
  one.shared_at_start = std::min(one.shared_at_start, machine);
  auto growth = machine - one.shared_at_start;
  if (bytes + growth <= one.limits.memory_bytes)
    return;
  auto shared = shared_usage_of(tree);
  if (shared.is_partial && bytes + shared.bytes <= one.limits.memory_bytes)
    shared.bytes = std::max(shared.bytes, unseen_bytes(child, growth, table));
  bytes += shared.bytes;
}

/// Ends the largest, before the kernel has to choose among all processes of the machine.
void bound_watch::relieve_machine(std::vector<pid_t>& over) {
  if (!over.empty() || !machine_memory_is_low())
    return;
  auto table = process_table::read();
  auto size_of = [&table](const auto& entry) {
    if (entry.second.is_over)
      return uint64_t{0};
    auto tree = table.tree_of(entry.first);
    auto shared = shared_usage_of(tree);
    auto temporary = temporary_usage_of_tree(tree);
    return table.usage_of(entry.first).memory_bytes + temporary.bytes + temporary.entry_bytes +
           shared.bytes + shared.queues * queue_bytes;
  };
  auto largest = all_.end();
  uint64_t most = 0;
  for (auto one = all_.begin(); one != all_.end(); ++one)
    if (auto size = size_of(*one); size > most) {
      most = size;
      largest = one;
    }
  if (largest == all_.end())
    return;
  largest->second.noticed = resource_bound::machine_memory;
  largest->second.is_over = true;
  over.push_back(largest->first);
}

std::vector<pid_t> bound_watch::look() {
  std::vector<pid_t> over;
  bool is_growing = false;
  auto began = clock::now();
  if (all_.empty() || began < next_)
    return over;
  auto table = process_table::read();
  for (auto& [pid, one] : all_) {
    measure(pid, one, table);
    // The kernel's own bound on processes lets a tree reach it and no more.
    if (one.limits.processes > 0 && one.usage.processes >= one.limits.processes)
      one.noticed = resource_bound::processes;
    if (one.holds_tasks && one.limits.processes > 0)
      is_growing |= notice_tasks(one, table.tasks_of(pid));
    is_growing |= one.usage.processes > std::max(one.limits.processes / growth_share, least_growth);
    auto bound = exceeded(one);
    if (bound == resource_bound::none || one.is_over)
      continue;
    one.noticed = bound;
    one.is_over = true;
    over.push_back(pid);
  }
  relieve_machine(over);
  auto ended = clock::now();
  // A tree that grows makes looking dearer; it would buy itself time by that.
  if (is_growing)
    next_ = ended + interval_of_growth;
  else
    next_ = ended + std::max<clock::duration>(interval, (ended - began) * cost_factor);
  return over;
}

} // namespace kodad::storage::host
