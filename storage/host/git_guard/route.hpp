// ROUTE: where a path leads, gone the way the kernel goes it: component by component, each link
// followed before a "..". Links inside the workspace are read beneath its descriptor; those
// outside are the person's, which no command can change. Nothing on the way is opened.
#pragma once

#include "storage/host/git_guard/beneath.hpp"

#include <map>
#include <optional>
#include <vector>

namespace kodad::storage::host {

struct route {
  std::vector<std::string> links;    ///< Those inside, in order, relative to the workspace.
  std::optional<std::string> inside; ///< Where it ends, if inside; "." for the workspace itself.
  std::string end;                   ///< The same, absolute, without links.
  bool is_endless = false;           ///< More links than the kernel follows.

  bool touches() const { return inside.has_value() || !links.empty(); }
};

/// Remembers what it saw: one for each look.
class router {
public:
  explicit router(const beneath& workspace) : workspace_(workspace) {}

  /// @param path Absolute. What is not there is taken for a folder, since one could be made.
  route follow(const std::string& path);

private:
  std::optional<std::string> inside(const std::string& path) const;
  const std::optional<std::string>& link_at(const std::string& path);

  const beneath& workspace_;
  std::map<std::string, std::optional<std::string>> seen_; ///< Targets of links.
};

} // namespace kodad::storage::host
