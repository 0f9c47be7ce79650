#include "proto/git/config_judge.hpp"

#include "proto/git/pointer.hpp"
#include "proto/text/ascii.hpp"

#include <algorithm>
#include <map>

namespace kodad::proto::git {

namespace {

/// What a value may be.
enum class rule : uint8_t { flag, off, number, word, text, url, remote, inside };

struct allowed {
  std::string_view name; ///< "*" stands for any subsection, or any key at the end.
  rule value;
};

// Not here on purpose: whatever git runs (fsmonitor, pagers, editors, drivers, helpers, aliases),
// what reads another file (include, attributesfile), what sends elsewhere (pushurl, insteadof,
// proxy, promisor, partialclone), and what would loosen a person's own care (gpgsign, safe, fsck).
constexpr allowed list[] = {
    {"advice.*", rule::flag},
    {"branch.*.description", rule::text},
    {"branch.*.merge", rule::text},
    {"branch.*.rebase", rule::word},
    {"branch.*.remote", rule::remote},
    {"branch.autosetupmerge", rule::word},
    {"branch.autosetuprebase", rule::word},
    {"clone.defaultremotename", rule::word},
    {"color.*", rule::text},
    {"color.branch.*", rule::text},
    {"color.diff.*", rule::text},
    {"color.status.*", rule::text},
    {"column.*", rule::text},
    {"commit.cleanup", rule::word},
    {"commit.status", rule::flag},
    {"commit.verbose", rule::word},
    {"core.abbrev", rule::word},
    {"core.autocrlf", rule::word},
    {"core.bare", rule::flag},
    {"core.bigfilethreshold", rule::number},
    {"core.checkstat", rule::word},
    {"core.commentchar", rule::text},
    {"core.compression", rule::number},
    {"core.eol", rule::word},
    {"core.filemode", rule::flag},
    {"core.fsmonitor", rule::off},
    {"core.ignorecase", rule::flag},
    {"core.logallrefupdates", rule::word},
    {"core.loosecompression", rule::number},
    {"core.precomposeunicode", rule::flag},
    {"core.preloadindex", rule::flag},
    {"core.quotepath", rule::flag},
    {"core.repositoryformatversion", rule::number},
    {"core.safecrlf", rule::word},
    {"core.sharedrepository", rule::word},
    {"core.sparsecheckout", rule::flag},
    {"core.sparsecheckoutcone", rule::flag},
    {"core.splitindex", rule::flag},
    {"core.symlinks", rule::flag},
    {"core.trustctime", rule::flag},
    {"core.untrackedcache", rule::word},
    {"core.whitespace", rule::text},
    {"core.worktree", rule::inside},
    {"diff.algorithm", rule::word},
    {"diff.colormoved", rule::word},
    {"diff.context", rule::number},
    {"diff.mnemonicprefix", rule::flag},
    {"diff.noprefix", rule::flag},
    {"diff.renamelimit", rule::number},
    {"diff.renames", rule::word},
    {"extensions.compatobjectformat", rule::word},
    {"extensions.objectformat", rule::word},
    {"extensions.refstorage", rule::word},
    {"extensions.relativeworktrees", rule::flag},
    {"extensions.worktreeconfig", rule::flag},
    {"feature.manyfiles", rule::flag},
    {"fetch.prune", rule::flag},
    {"fetch.prunetags", rule::flag},
    {"gc.auto", rule::number},
    {"gc.autodetach", rule::flag},
    {"index.skiphash", rule::flag},
    {"index.sparse", rule::flag},
    {"index.threads", rule::word},
    {"index.version", rule::number},
    {"init.defaultbranch", rule::text},
    {"lfs.repositoryformatversion", rule::number},
    {"log.date", rule::text},
    {"log.decorate", rule::word},
    {"maintenance.auto", rule::flag},
    {"merge.conflictstyle", rule::word},
    {"merge.ff", rule::word},
    {"merge.renames", rule::word},
    {"merge.stat", rule::flag},
    {"pack.threads", rule::number},
    {"pack.windowmemory", rule::number},
    {"pull.ff", rule::word},
    {"pull.rebase", rule::word},
    {"push.autosetupremote", rule::flag},
    {"push.default", rule::word},
    {"push.followtags", rule::flag},
    {"rebase.autosquash", rule::flag},
    {"rebase.autostash", rule::flag},
    {"rebase.updaterefs", rule::flag},
    {"receive.denycurrentbranch", rule::word},
    {"remote.*.fetch", rule::text},
    {"remote.*.mirror", rule::flag},
    {"remote.*.prune", rule::flag},
    {"remote.*.tagopt", rule::text},
    {"remote.*.url", rule::url},
    {"rerere.autoupdate", rule::flag},
    {"rerere.enabled", rule::flag},
    {"stash.showpatch", rule::flag},
    {"status.branch", rule::flag},
    {"status.short", rule::flag},
    {"status.showuntrackedfiles", rule::word},
    {"status.submodulesummary", rule::word},
    {"submodule.*.active", rule::flag},
    {"submodule.*.branch", rule::text},
    {"submodule.*.ignore", rule::word},
    {"submodule.*.update", rule::word},
    {"submodule.*.url", rule::url},
    {"submodule.active", rule::text},
    {"submodule.recurse", rule::flag},
    {"tag.sort", rule::text},
    {"user.email", rule::text},
    {"user.name", rule::text},
    {"user.useconfigonly", rule::flag},
};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) {
    return std::ranges::equal(text, word, [](char a, char b) { return text::to_lower(a) == b; });
  });
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.front() != '-' && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

/// No transport of its own ("ext::sh"), and nothing that ssh would take for an option.
bool is_plain_url(std::string_view text) {
  auto scheme = text.find("://");
  if (scheme != text.npos &&
      !is_one_of(text.substr(0, scheme), {"http", "https", "ssh", "git", "file"}))
    return false;
  return !text.empty() && text.front() != '-' && text.find("::") == text.npos &&
         text.find("/-") == text.npos && text.find("@-") == text.npos;
}

/// A git directory may name the folder that it stands in, or, as a submodule's, one that is none of
/// git's: a checkout into another repository's `.git` would put hooks there.
bool is_own_worktree(const config_place& place, const std::string& value) {
  auto worktree = path_inside(place.root, place.git_dir, value);
  if (!worktree)
    return false;
  auto slash = place.git_dir.rfind('/');
  auto name = slash == std::string::npos ? place.git_dir : place.git_dir.substr(slash + 1);
  if (name == ".git")
    return *worktree == (slash == std::string::npos ? "." : place.git_dir.substr(0, slash));
  auto parts = text::to_lower("/" + *worktree + "/");
  return parts.find("/.git/") == std::string::npos;
}

bool fits(const config_entry& entry, rule wanted, const config_place& place) {
  const auto value = entry.value.value_or("true");
  if (std::ranges::any_of(value, is_control))
    return false;
  switch (wanted) {
  case rule::off:
    return is_one_of(value, {"false", "no", "off", "0", ""});
  case rule::flag:
    return is_one_of(value, {"true", "yes", "on", "1", "false", "no", "off", "0", ""});
  case rule::number:
    return is_word(value) || (value.starts_with('-') && is_word(value.substr(1)));
  case rule::word:
    return is_word(value);
  case rule::text:
    return true;
  case rule::url:
    return is_plain_url(value);
  case rule::remote:
    return is_word(value);
  case rule::inside:
    return is_own_worktree(place, value);
  }
  return false;
}

/// Does `pattern` ("remote.*.url") name this entry?
bool names(std::string_view pattern, const config_entry& entry) {
  auto first = pattern.find('.');
  auto last = pattern.rfind('.');
  if (pattern.substr(0, first) != entry.section)
    return false;
  auto key = pattern.substr(last + 1);
  if ((first != last) != entry.subsection.has_value() || (key != "*" && key != entry.key))
    return false;
  auto middle = first == last ? "*" : pattern.substr(first + 1, last - first - 1);
  return middle == "*" || middle == *entry.subsection;
}

using values = std::vector<std::optional<std::string>>;

std::map<std::string, values> by_name(const std::vector<config_entry>& entries) {
  std::map<std::string, values> out;
  for (const auto& one : entries)
    out[one.name()].push_back(one.value);
  return out;
}

std::vector<config_entry> others(const config_text& text, const config_place& place) {
  std::vector<config_entry> out;
  for (const auto& one : text.entries)
    if (!runs_nothing(one, place))
      out.push_back(one);
  return out;
}

/// A remote or an identity that is taken away could be given anew, with another value.
bool must_stay(const std::string& name) {
  return name.starts_with("remote.") || name.starts_with("user.");
}

} // namespace

bool runs_nothing(const config_entry& entry, const config_place& place) {
  if (place.is_fixed && (entry.name() == "core.worktree" || entry.name() == "core.bare"))
    return false;
  if (entry.subsection && std::ranges::any_of(*entry.subsection, is_control))
    return false;
  return std::ranges::any_of(list, [&](const allowed& one) {
    return names(one.name, entry) && fits(entry, one.value, place);
  });
}

config_verdict judge_config(std::string_view bytes, const config_place& place) {
  auto text = read_config(bytes);
  config_verdict out;
  std::vector<config_entry> kept;
  for (auto& one : text.entries) {
    if (runs_nothing(one, place))
      kept.push_back(one);
    else if (std::ranges::find(out.taken_out, one.name()) == out.taken_out.end())
      out.taken_out.push_back(one.name());
  }
  if (!text.plain)
    out.taken_out.push_back("what is no plain configuration");
  out.harmless = out.taken_out.empty();
  out.harmless_part = out.harmless ? std::string(bytes) : write_config(kept);
  return out;
}

bool is_harmless_change(std::string_view before, std::string_view after,
                        const config_place& where) {
  auto place = where;
  place.is_fixed = true;
  auto old_text = read_config(before);
  auto new_text = read_config(after);
  if (!old_text.plain || !new_text.plain || others(old_text, place) != others(new_text, place))
    return false;
  auto now = by_name(new_text.entries);
  for (const auto& [name, old_values] : by_name(old_text.entries)) {
    auto found = now.find(name);
    if (found == now.end() ? must_stay(name) : found->second != old_values)
      return false;
  }
  return true;
}

} // namespace kodad::proto::git
