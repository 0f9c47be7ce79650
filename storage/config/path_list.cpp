#include "storage/config/path_list.hpp"

#include "proto/limits/sandbox.hpp"
#include "storage/config/system_place.hpp"
#include "storage/host/path.hpp"
#include "storage/host/sandbox/system_view.hpp"

#include <algorithm>

namespace kodad::storage {

namespace {

namespace limits = proto::limits;

/// Is it one of the system's own folders, whole?
bool is_shown_anyway(const std::string& path) {
  return std::ranges::find(host::system_folders(), path) != host::system_folders().end();
}

/// Why a command can never be shown this place; empty when it can.
std::string fault_of(const std::string& real, path_use use) {
  if (real == "/")
    return "would show commands everything, kodad's state and keys among it: name the folders that "
           "they need";
  if (is_shown_anyway(real))
    return use == path_use::writing ? "holds the system's programs, which no command may write"
                                    : "";
  if (real == "/etc")
    return "holds the system's passwords and keys: name what commands need in it";
  if (host::hides_system(real))
    return "stands for a place that each command has of its own (/tmp, /proc, /dev, /sys): it "
           "cannot be shown";
  return "";
}

class reader {
public:
  reader(section& from, std::string_view key, path_wish wish)
      : from_(from), key_(key), wish_(wish),
        home_(host::real_path(wish.variables("HOME").value_or("")).value_or("")),
        config_(host::real_path(from.found().file()).value_or("")) {}

  void read(std::vector<std::string>& out) {
    std::vector<std::string> given;
    from_.read(key_, given);
    if (wish_.use != path_use::workspaces && given.size() > limits::sandbox_paths) {
      from_.fail(key_, "expected at most " + std::to_string(limits::sandbox_paths) +
                           " paths, not " + std::to_string(given.size()));
      return;
    }
    for (at_ = 0; at_ < given.size(); ++at_)
      if (auto path = absolute(given[at_])) {
        look_at(*path);
        out.push_back(std::move(*path));
      }
  }

private:
  std::optional<std::string> absolute(const std::string& given) {
    auto out = given;
    if (given == "~" || given.starts_with("~/")) {
      auto home = wish_.variables("HOME").value_or("");
      if (!home.starts_with('/'))
        return fail("expected HOME to be an absolute path, for " + given);
      out = home + given.substr(1);
    }
    if (!out.starts_with('/'))
      return fail("expected absolute paths, or ~/…" + proto::not_this(given));
    bool are_several = out.find(":/") != std::string::npos || out.find(":~") != std::string::npos;
    if (are_several && wish_.use != path_use::programs &&
        host::look_at(out).kind == host::path_kind::nothing)
      return fail("expected one path each: what is parted by : stands in [ ], parted by commas" +
                  proto::not_this(given));
    if (out.find('\0') != std::string::npos)
      return fail("expected paths without NUL");
    if (wish_.use == path_use::programs && out.find(':') != std::string::npos)
      return fail("expected one folder each, without the : that PATH has between them" +
                  proto::not_this(given));
    return out;
  }

  void look_at(const std::string& path) {
    auto seen = host::look_at(path);
    if (seen.kind == host::path_kind::nothing)
      return warn(path + ": " + seen.failure + "; " + without());
    auto real = host::real_path(path).value_or(path);
    bool takes_files = wish_.use == path_use::reading || wish_.use == path_use::writing;
    if (seen.kind != host::path_kind::folder && !takes_files)
      return (void)fail("expected folders; " + path + " is none");
    if (seen.kind == host::path_kind::other)
      return (void)fail("expected files or folders; " + path + " is neither");
    if (!(wish_.use == path_use::workspaces ? judge_workspace(path, real) : judge(path, real)))
      return;
    if (std::ranges::find(seen_, real) != seen_.end())
      warn(path + " stands twice");
    seen_.push_back(real);
  }

  /// False when a mistake was told.
  bool judge_workspace(const std::string& path, const std::string& real) {
    auto shown = path == real ? path : path + " (" + real + ")";
    if (real == "/")
      return fail(shown + " would let sessions work everywhere, in kodad's state and keys as well: "
                          "name the folders that they need")
          .has_value();
    switch (kind_of_place(real, home_)) {
    case place_kind::kernel:
      return fail(shown + " is made up by the kernel, and nobody can work in it: take it out")
          .has_value();
    case place_kind::system:
      return fail(shown + " holds the system, and sessions could change all of it: name the "
                          "folders in it that they need")
          .has_value();
    case place_kind::shared:
      remark(shown + " is of the system or of several people: sessions may read and change all in "
                     "it that this user may; name the folders in it that they need, unless you "
                     "mean that");
      return true;
    case place_kind::project:
      break;
    }
    remark_secrets(shown, real);
    if (real == home_)
      remark(shown + " is the home folder: sessions may read and change all in it, keys and "
                     "passwords as well");
    return true;
  }

  /// False when a mistake was told.
  bool judge(const std::string& path, const std::string& real) {
    auto shown = path == real ? path : path + " (" + real + ")";
    if (auto fault = fault_of(real, wish_.use); !fault.empty())
      return fail(shown + " " + fault).has_value();
    if (!config_.empty() && host::lies_in(config_, real))
      return fail(shown + " holds this file, and with it what it says of keys: name what commands "
                          "need in it")
          .has_value();
    if (wish_.use == path_use::writing && !judge_writing(shown, real))
      return false;
    remark_secrets(shown, real);
    if (home_.empty() || !host::lies_in(home_, real))
      return true;
    if (wish_.use == path_use::writing)
      return fail(shown + " holds the home folder, where commands could then change what runs as "
                          "you: name what they need in it")
          .has_value();
    warn(shown + " holds the home folder: commands then read all keys and passwords in it");
    return true;
  }

  /// False when a mistake was told.
  bool judge_writing(const std::string& shown, const std::string& real) {
    switch (kind_of_place(real, home_)) {
    case place_kind::system:
      return fail(shown + " holds the system, and commands could change all of it: name what they "
                          "need in it")
          .has_value();
    case place_kind::shared:
      if (!home_.empty() && host::lies_in(home_, real))
        return true; // Told below.
      remark(shown + " is of the system or of several people: commands may change all in it that "
                     "this user may; name what they need in it, unless you mean that");
      return true;
    case place_kind::kernel:
    case place_kind::project:
      return true;
    }
    return true;
  }

  void remark_secrets(const std::string& shown, const std::string& real) {
    if (auto what = secrets_of_place(real, home_); !what.empty())
      remark(shown + " gives commands, and so whoever steers an agent, " + what);
  }

  /// What a path that is not there means, and what can be done.
  std::string without() const {
    switch (wish_.use) {
    case path_use::workspaces:
      return "no session can work there; make it and start kodad again, or take it out";
    case path_use::programs:
      return "it is left out of PATH; make it and start kodad again, or take it out";
    default:
      return "commands do not see it; make it and start kodad again, or take it out";
    }
  }

  std::optional<std::string> fail(const std::string& expected) {
    from_.fail_entry(key_, at_, expected);
    return std::nullopt;
  }

  void warn(const std::string& text) { from_.warn_entry(key_, at_, text); }
  void remark(const std::string& text) { from_.remark_entry(key_, at_, text); }

  section& from_;
  std::string_view key_;
  path_wish wish_;
  std::string home_;   ///< Without links; empty where there is none.
  std::string config_; ///< This very file.
  size_t at_ = 0;
  std::vector<std::string> seen_;
};

} // namespace

void read_paths(section& from, std::string_view key, path_wish wish,
                std::vector<std::string>& out) {
  reader(from, key, wish).read(out);
}

} // namespace kodad::storage
