#include "storage/host/sandbox/trial.hpp"

#include "storage/host/path.hpp"
#include "storage/host/run_to_end.hpp"
#include "storage/host/sandbox/namespace_advice.hpp"
#include "storage/host/system_error.hpp"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

constexpr ssize_t kept_size = 5;

// What the command says when all attempts to get out have failed: the product of two numbers that
// it is given, so that a program which only talks, or repeats what it is told, has not said it.
struct held_word {
  unsigned one = std::random_device()() % 30'000 + 2;
  unsigned other = std::random_device()() % 30'000 + 2;

  std::string text() const { return "held " + std::to_string(one * other); }
};

// Tries what a sandbox must prevent. Changes beside the workspace may seem to succeed, in a /tmp of
// the sandbox's own: whether it did is looked at from outside afterwards.
constexpr const char* attempts = R"(
cd "$0" || exit
if cat ../outside >/dev/null 2>&1; then echo "it can read outside of the workspace"; exit 1; fi
(: > ../outside; : > ../new) 2>/dev/null
(chmod 600 ../outside; touch -c -d 2001-01-01 ../outside) 2>/dev/null
if (: > guarded) 2>/dev/null; then echo "it can write a guarded file"; exit 1; fi
if ! (: > inside) 2>/dev/null; then echo "it cannot write in the workspace"; exit 1; fi
if chmod 4755 inside 2>/dev/null && [ -u inside ]; then
  echo "it can leave a setuid file"; exit 1; fi
echo held $(($1 * $2))
)";

/// A workspace with something beside it that must stay out of reach.
class trial_ground {
public:
  trial_ground() {
    char name[] = "/tmp/kodad-trial-XXXXXX";
    if (!::mkdtemp(name))
      return;
    path_ = name;
    // As an open umask would leave them: what keeps the command out must be the sandbox.
    (void)::chmod(name, 0755);
    is_ready_ = ::mkdir(workspace().c_str(), 0777) == 0 && write("/outside") &&
                write("/workspace/guarded") && ::stat((path_ + "/outside").c_str(), &outside_) == 0;
  }

  ~trial_ground() {
    for (const auto* each : {"/outside", "/new", "/workspace/guarded", "/workspace/inside"})
      ::unlink((path_ + each).c_str());
    ::rmdir(workspace().c_str());
    ::rmdir(path_.c_str());
  }

  bool is_ready() const { return is_ready_; }
  std::string workspace() const { return path_ + "/workspace"; }

  /// Is what lies outside as it was?
  bool is_untouched() const {
    struct stat seen {};
    return ::stat((path_ + "/outside").c_str(), &seen) == 0 && seen.st_size == kept_size &&
           seen.st_mode == outside_.st_mode && seen.st_mtim.tv_sec == outside_.st_mtim.tv_sec &&
           ::stat((path_ + "/new").c_str(), &seen) != 0;
  }

private:
  bool write(const char* name) {
    descriptor file(::open((path_ + name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    return file.is_open() && ::write(file.get(), "kept\n", kept_size) == kept_size;
  }

  std::string path_;
  struct stat outside_ {};
  bool is_ready_ = false;
};

std::string first_line(const std::string& text) {
  return text.substr(0, std::min(text.find('\n'), size_t{200}));
}

std::string with_advice(std::string complaint) {
  if (speaks_of_namespaces(complaint))
    complaint += " (" + namespace_advice(own_kernel_settings()) + ")";
  return complaint;
}

std::string judge(const exit_status& status, const std::string& said, const held_word& word,
                  const trial_ground& ground, std::chrono::milliseconds patience) {
  if (status.failure)
    return with_advice(status.failure->context);
  if (status.timed_out)
    return "it did not run a command within " + std::to_string(patience.count()) +
           " ms: the machine is busy, or the program hangs; start kodad again when it is not";
  if (status.signal != 0)
    return "it ended by signal " + std::to_string(status.signal);
  // So begins what the attempts themselves say; all else is a complaint of some program.
  if (status.code != 0 && said.starts_with("it can"))
    return first_line(said);
  if (status.code != 0)
    return with_advice("it ended with code " + std::to_string(status.code) +
                       (said.empty() ? "" : ": " + first_line(said)));
  if (said != word.text() + "\n")
    return "it did not run the command that was given to it";
  return ground.is_untouched() ? "" : "a command in it changed what lies outside";
}

bool is_trustworthy(const std::string& program) {
  struct stat seen {};
  return ::stat(program.c_str(), &seen) == 0 && S_ISREG(seen.st_mode) &&
         ::access(program.c_str(), X_OK) == 0 && (seen.st_mode & 022) == 0 &&
         (seen.st_uid == 0 || seen.st_uid == ::geteuid());
}

} // namespace

found_program find_bubblewrap() {
  const auto* given = std::getenv("PATH");
  std::string_view left = given ? given : "/usr/bin:/bin";
  while (!left.empty()) {
    auto end = std::min(left.find(':'), left.size());
    auto folder = std::string(left.substr(0, end));
    left.remove_prefix(std::min(end + 1, left.size()));
    auto program = real_path(folder + "/bwrap");
    if (!program)
      continue;
    if (!is_trustworthy(*program))
      return {"", *program + " is no program, or others than its owner may write it: install "
                             "bubblewrap anew, or mend its rights"};
    return {*program, ""};
  }
  return {"", "there is no program bwrap on PATH: install bubblewrap"};
}

std::string try_sandbox(const sandbox_settings& settings, std::chrono::milliseconds patience,
                        process_host& processes) {
  trial_ground ground;
  if (!ground.is_ready())
    return "a folder to try it in cannot be made in /tmp";
  auto workspace = open_folder(ground.workspace());
  if (!workspace)
    return workspace.failure().context;
  held_word word;
  child_spec spec;
  spec.argv = {"/bin/sh",
               "-c",
               attempts,
               ground.workspace(),
               std::to_string(word.one),
               std::to_string(word.other)};
  spec.cwd = ground.workspace();
  spec.errors = error_output::merged;
  command_access access;
  // Landlock cannot forbid part of what it allows: there the guard puts such files back.
  if (settings.mode == sandbox_mode::bubblewrap)
    access.places = {{"guarded", guarded_place::protection::read_only}};
  else
    spec.argv[2].replace(spec.argv[2].find("(: > guarded)"), 13, "false");
  auto confined = confine(std::move(spec), settings, *workspace, access);
  if (!confined)
    return confined.failure().context;
  confined->timeout = patience;
  confined->limits = {}; // Unbounded, and so served like the server itself: the start waits for it.
  confined->kill_grace = std::chrono::milliseconds(0);
  auto done = run_to_end(processes, std::move(*confined));
  return done ? judge(done->status, done->output, word, ground, patience) : done.failure().context;
}

} // namespace kodad::storage::host
