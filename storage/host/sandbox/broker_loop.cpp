#include "storage/host/sandbox/broker_loop.hpp"

#include "storage/host/process_meter.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

using namespace std::chrono_literals;
using wish = broker_call::wish;

constexpr long sys_fchmodat2 = 452; // Newer than Debian 12's headers.

// Once the caller has its turn, a start is over long before.
constexpr auto start_patience = 20ms;

struct notif_sizes : seccomp_notif_sizes {
  notif_sizes() : seccomp_notif_sizes{} {
    (void)::syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, this);
    seccomp_notif = std::max<uint16_t>(seccomp_notif, sizeof(struct seccomp_notif));
    seccomp_notif_resp = std::max<uint16_t>(seccomp_notif_resp, sizeof(struct seccomp_notif_resp));
  }
};

/// Is it a file that is open for writing? Landlock has judged that.
bool is_written(const descriptor& file) {
  struct stat seen {};
  auto flags = ::fcntl(file.get(), F_GETFL);
  if (flags < 0 || (flags & O_PATH) != 0)
    return false;
  auto access = flags & O_ACCMODE; // There is a fourth, which Landlock asks nothing for.
  if (access != O_WRONLY && access != O_RDWR)
    return false;
  return ::fstat(file.get(), &seen) == 0 && S_ISREG(seen.st_mode);
}

/// Some containers do not know the newer call. (A link has no mode to be changed.)
long change_mode(int file, mode_t mode) {
  auto done = ::syscall(sys_fchmodat2, file, "", mode, AT_EMPTY_PATH);
  struct stat seen {};
  if (done == 0 || (errno != ENOSYS && errno != EPERM) || ::fstat(file, &seen) != 0 ||
      S_ISLNK(seen.st_mode))
    return done;
  return ::chmod(("/proc/self/fd/" + std::to_string(file)).c_str(), mode);
}

bool still_waits(const descriptor& listener, uint64_t id) {
  return ::ioctl(listener.get(), SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

/// The times that a call gives, in the one layout that the broker itself uses.
int read_times(const broker_call& call, const broker_caller& caller, std::array<timespec, 2>& out) {
  std::array<long, 4> given{};
  constexpr long nanoseconds = 1000;
  if (call.layout == times_layout::seconds) {
    auto number = caller.read(call.times, given.data(), 2 * sizeof(long));
    out = {timespec{given[0], 0}, timespec{given[1], 0}};
    return number;
  }
  if (auto number = caller.read(call.times, given.data(), sizeof given))
    return number;
  out = {timespec{given[0], given[1]}, timespec{given[2], given[3]}};
  if (call.layout == times_layout::nanoseconds)
    return 0;
  for (auto& each : out) {
    constexpr long microseconds_max = 999'999;
    if (each.tv_nsec < 0 || each.tv_nsec > microseconds_max)
      return EINVAL; // Also what would come to mean UTIME_NOW.
    each.tv_nsec *= nanoseconds;
  }
  return 0;
}

} // namespace

broker_loop::broker_loop(writable_places places, uint64_t tasks_max, int refusals, pid_t command)
    : places_(std::move(places)), tasks_(tasks_max, [this] { return count_tasks(); }),
      refusals_(refusals), command_(command) {
  notif_sizes sizes;
  notice_.resize(sizes.seccomp_notif);
  answer_.resize(sizes.seccomp_notif_resp);
}

void broker_loop::answer_one(const descriptor& listener) {
  std::ranges::fill(notice_, '\0');
  std::ranges::fill(answer_, '\0');
  auto* notice = reinterpret_cast<seccomp_notif*>(notice_.data());
  auto* answer = reinterpret_cast<seccomp_notif_resp*>(answer_.data());
  if (::ioctl(listener.get(), SECCOMP_IOCTL_NOTIF_RECV, notice) != 0)
    return; // The caller has been killed meanwhile.
  answer->id = notice->id;
  auto [call, number] = read_call(notice->data);
  broker_caller caller(static_cast<pid_t>(notice->pid));
  if (call.wanted != wish::start) {
    answer->error = -(number != 0 ? number : make(call, caller, listener, notice->id));
  } else if (tasks_.grant()) {
    answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    remember_start(caller);
  } else {
    uint64_t one = 1;
    (void)!::write(refusals_, &one, sizeof one);
    answer->error = -EAGAIN;
  }
  (void)::ioctl(listener.get(), SECCOMP_IOCTL_NOTIF_SEND, answer);
}

/// Opens what the call means. All that is the caller's is looked at before, once.
opened_place broker_loop::find(const broker_call& call, const broker_caller& caller,
                               const descriptor& listener, uint64_t id) const {
  std::string path;
  if (call.has_path)
    if (auto number = caller.read_path(call.path, path))
      return {{}, number};
  bool is_file = !call.has_path || (path.empty() && call.may_be_empty); // Or the folder itself.
  auto named = call.has_path && call.follows ? own_descriptor(path, caller.thread()) : std::nullopt;
  auto number = named.value_or(call.folder);
  if (named || !call.has_path || (is_file && number != AT_FDCWD)) {
    auto file = caller.opened(number);
    if (!file.is_open())
      return {{}, named ? ENOENT : EBADF};
    auto shared = caller.shared(number);
    if (!still_waits(listener, id))
      return {{}, EINTR};
    if (is_written(shared) && !places_.is_guarded(shared))
      return {std::move(shared), 0};
    return places_.open_again(file);
  }
  if (path.empty() && !is_file)
    return {{}, ENOENT};
  descriptor start;
  if (!path.starts_with('/')) {
    start = call.folder == AT_FDCWD ? caller.working_folder() : caller.opened(call.folder);
    if (!start.is_open())
      return {{}, errno};
  }
  if (!still_waits(listener, id))
    return {{}, EINTR};
  return is_file ? places_.open_again(start) : places_.open(start.get(), path, call.follows);
}

/// Makes a change by the caller's word. Returns the errno, 0 when it is done.
int broker_loop::make(const broker_call& call, const broker_caller& caller,
                      const descriptor& listener, uint64_t id) const {
  std::array<timespec, 2> times{};
  if (call.wanted == wish::times && call.times != 0)
    if (auto number = read_times(call, caller, times))
      return number;
  auto target = find(call, caller, listener, id);
  if (target.number != 0)
    return target.number;
  auto file = target.file.get();
  long done = -1;
  switch (call.wanted) {
  case wish::mode:
    done = change_mode(file, call.mode);
    break;
  case wish::times:
    done =
        ::syscall(SYS_utimensat, file, "", call.times != 0 ? times.data() : nullptr, AT_EMPTY_PATH);
    break;
  case wish::owner:
    done = ::fchownat(file, "", call.owner, call.group, AT_EMPTY_PATH);
    break;
  case wish::start:
    errno = EINVAL;
    break;
  }
  return done == 0 ? 0 : errno;
}

/// An earlier one of the same thread is over by now.
void broker_loop::remember_start(const broker_caller& caller) {
  std::erase_if(granted_, [&caller](const auto& each) { return each.thread == caller.thread(); });
  granted_.push_back({caller.thread(), caller.turns(), clock::now()});
}

/// Waits until those that were let go on have done what they asked for: one that sleeps has.
/// Afterwards those are left who have not had a turn since.
void broker_loop::let_starts_settle() {
  auto is_over = [](const granted_start& each) {
    broker_caller caller(each.thread);
    return !caller.is_running() || (clock::now() - each.when > start_patience &&
                                    (each.turns == 0 || caller.turns() != each.turns));
  };
  auto began = clock::now();
  do {
    std::erase_if(granted_, is_over);
    if (granted_.empty())
      return;
    ::poll(nullptr, 0, 1);
  } while (clock::now() - began <= start_patience);
}

/// A command may make what it starts the children of its own parent.
void broker_loop::reap_strangers() const {
  constexpr int look = WEXITED | WNOHANG | WNOWAIT;
  siginfo_t seen{};
  while (::waitid(P_ALL, 0, &seen, look) == 0 && seen.si_pid > 0 && seen.si_pid != command_)
    (void)::waitpid(seen.si_pid, nullptr, WNOHANG);
}

uint64_t broker_loop::count_tasks() {
  let_starts_settle();
  reap_strangers();
  return process_table::read().tasks_of(::getpid()) + granted_.size();
}

} // namespace kodad::storage::host
