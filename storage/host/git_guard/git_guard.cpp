#include "storage/host/git_guard/git_guard.hpp"

#include "storage/digest.hpp"
#include "storage/host/durable_file.hpp"
#include "storage/host/git_guard/gather.hpp"
#include "storage/host/git_guard/mend.hpp"
#include "storage/host/git_guard/places.hpp"
#include "storage/host/system_error.hpp"

#include "proto/limits/git_guard.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace kodad::storage::host {

using proto::ec;
using proto::make_error;
using proto::result;

namespace {

constexpr std::string_view file_end = ".look";

/// `inner` relative to `outer`, when it lies below it.
std::optional<std::string> relation(const std::string& outer, const std::string& inner) {
  auto start = outer == "/" ? outer : outer + "/";
  if (inner == outer || !inner.starts_with(start))
    return std::nullopt;
  return inner.substr(start.size());
}

/// A killed process needs no fsync: what was written is in the system's cache.
bool write_file(const std::string& path, std::string_view bytes) {
  descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  while (file.is_open() && !bytes.empty()) {
    auto count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR)
      return false;
    bytes.remove_prefix(count > 0 ? static_cast<size_t>(count) : 0);
  }
  return file.is_open();
}

/// A look as its file holds it: it decides what is put back, so that no changed bit may pass.
std::string sealed(const baseline& look) {
  auto out = encode(look);
  return out + sha256(out);
}

std::string read_record(const std::string& path) {
  struct stat seen {};
  if (::stat(path.c_str(), &seen) != 0)
    return {};
  auto bytes = read_whole(path, static_cast<uint64_t>(seen.st_size));
  return bytes ? std::move(*bytes) : std::string();
}

std::optional<baseline> unsealed(std::string_view bytes) {
  if (bytes.size() < digest_bytes)
    return std::nullopt;
  auto look = bytes.substr(0, bytes.size() - digest_bytes);
  return sha256(look) == bytes.substr(look.size()) ? decode_baseline(look) : std::nullopt;
}

/// What nobody can look after any more, the operator must: until the file is gone, at each start.
std::string tell_damaged(const std::string& path, std::string_view bytes) {
  auto root = root_of_damaged(bytes);
  return "The git guard's record " + path + " is damaged: what a command that was cut off left " +
         (root.empty() ? "for git in its workspace" : "for git in " + shown(root)) +
         " is not known. Look at the .git folders there, their config and hooks above all, before "
         "you use git in it; then remove the record.";
}

std::vector<std::string> bounded(std::vector<std::string> sentences) {
  constexpr auto most = proto::limits::guard_sentences_max;
  if (sentences.size() > most) {
    auto more = sentences.size() - most;
    sentences.resize(most);
    sentences.push_back("And " + std::to_string(more) + " more of the kind.");
  }
  return sentences;
}

} // namespace

struct git_guard::flight {
  std::string root;
  std::string file; ///< In the state folder.
  beneath workspace;
  baseline look;
  size_t commands = 0;
  bool is_ready = false;
  std::optional<proto::error> failure;
  std::mutex mending; ///< One at a time, so that each change is told once.
};

git_guard::git_guard(git_guard_options options) : options_(std::move(options)) {}

git_guard::~git_guard() = default;

/// The running look of this workspace, or a new one that nobody else may overtake.
std::shared_ptr<git_guard::flight> git_guard::join(const folder& workspace, bool& is_first) {
  const auto& root = workspace.root();
  std::unique_lock lock(mutex_);
  auto overlaps = [&](const auto& one) {
    return one->root == root || relation(one->root, root) || relation(root, one->root);
  };
  // A look that others will share must be over before theirs begins.
  changed_.wait(lock, [&] {
    return std::ranges::all_of(flights_,
                               [&](const auto& one) { return one->is_ready || !overlaps(one); });
  });
  for (const auto& one : flights_)
    if (one->root == root) {
      ++one->commands;
      is_first = false;
      return one;
    }
  auto one = std::make_shared<flight>();
  one->root = root;
  one->commands = 1;
  one->file = options_.state_folder + "/" + std::to_string(::getpid()) + "-" +
              std::to_string(++last_ticket_) + std::string(file_end);
  flights_.push_back(one);
  is_first = true;
  return one;
}

/// Takes over what running looks around and below this workspace say.
void git_guard::add_around(flight& one, baseline& look) const {
  const flight* around = nullptr;
  std::vector<std::pair<std::string, const flight*>> below;
  for (const auto& other : flights_) {
    if (relation(other->root, one.root) && (!around || other->root.size() > around->root.size()))
      around = other.get();
    if (auto prefix = relation(one.root, other->root))
      below.emplace_back(*prefix, other.get());
  }
  if (around) {
    auto part = cut_out(around->look, *relation(around->root, one.root));
    part.root = look.root;
    part.device = look.device;
    part.inode = look.inode;
    look = std::move(part);
    return;
  }
  // Deepest first, so that the outermost, which knows of those within, has the last word.
  std::ranges::sort(below,
                    [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  for (const auto& [prefix, other] : below)
    lay_in(look, prefix, other->look);
}

result<void> git_guard::save(flight& one) const {
  if (auto made = make_folders(options_.state_folder); !made)
    return made;
  // Renamed when whole: half a file would be no baseline.
  auto fresh = one.file + ".new";
  if (write_file(fresh, sealed(one.look)) && ::rename(fresh.c_str(), one.file.c_str()) == 0)
    return {};
  auto failure = system_error(errno, "write", "the git guard's state");
  ::unlink(fresh.c_str());
  return failure;
}

result<void> git_guard::prepare(flight& one, const folder& workspace) {
  one.workspace = beneath(workspace);
  if (!one.workspace.is_open())
    return system_error(errno, "open", "the workspace");
  auto look = gather_before(one.workspace, walk(one.workspace), options_.person);
  {
    std::lock_guard lock(mutex_);
    add_around(one, look);
    one.look = std::move(look);
  }
  return save(one);
}

result<guard_ticket> git_guard::begin(const folder& workspace) {
  bool is_first = false;
  auto one = join(workspace, is_first);
  if (is_first) {
    auto done = prepare(*one, workspace);
    std::lock_guard lock(mutex_);
    one->is_ready = true;
    if (!done) {
      one->failure = done.failure();
      std::erase(flights_, one);
    }
    changed_.notify_all();
  }
  std::lock_guard lock(mutex_);
  if (one->failure)
    return *one->failure;
  guard_ticket out;
  out.id = ++last_ticket_;
  out.places = places_of(one->look);
  out.notes = notes_of(one->look);
  tickets_[out.id] = one;
  return out;
}

std::shared_ptr<git_guard::flight> git_guard::find(uint64_t ticket) {
  std::lock_guard lock(mutex_);
  auto found = tickets_.find(ticket);
  if (found == tickets_.end())
    return nullptr;
  auto one = found->second;
  tickets_.erase(found);
  return one;
}

/// The flight stays until nobody runs, also when a command joined during the mending.
void git_guard::leave(const std::shared_ptr<flight>& one) {
  std::lock_guard lock(mutex_);
  if (--one->commands > 0)
    return;
  std::erase(flights_, one);
  remove_file(one->file);
  changed_.notify_all();
}

bool git_guard::await_rest(std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, until, [this] { return flights_.empty(); });
}

std::vector<std::string> git_guard::end(const guard_ticket& ticket) {
  auto one = find(ticket.id);
  if (!one)
    return {};
  mended done;
  {
    std::lock_guard lock(one->mending);
    done = mend(one->workspace, one->look);
  }
  leave(one);
  return bounded(std::move(done.sentences));
}

std::vector<std::string> git_guard::recover() {
  std::vector<std::string> out;
  for (const auto& path : files_below(options_.state_folder)) {
    bool is_record = path.ends_with(file_end); // Else one that was never whole.
    auto bytes = is_record ? read_record(path) : std::string();
    auto look = unsealed(bytes);
    if (is_record && !look) {
      out.push_back(tell_damaged(path, bytes));
      continue;
    }
    auto opened = look ? open_folder(look->root) : make_error(ec::not_found, "no look");
    if (look) {
      struct stat seen {};
      bool is_same = opened && opened->root() == look->root &&
                     ::fstat(opened->handle().get(), &seen) == 0 && seen.st_dev == look->device &&
                     seen.st_ino == look->inode;
      auto done = is_same ? bounded(mend(beneath(*opened), *look).sentences)
                          : std::vector<std::string>{"The folder is gone or another one."};
      for (const auto& sentence : done)
        out.push_back("In " + shown(look->root) + ": " + sentence);
    }
    remove_file(path);
  }
  return out;
}

} // namespace kodad::storage::host
