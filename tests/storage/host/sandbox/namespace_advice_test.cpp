#include "storage/host/sandbox/namespace_advice.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace kodad::storage::host;

namespace {

std::string advice(const std::map<std::string, std::string>& settings) {
  return namespace_advice([&settings](const std::string& name) {
    auto found = settings.find(name);
    return found == settings.end() ? std::nullopt : std::optional(found->second);
  });
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("the setting that forbids namespaces is named, with the value that allows them") {
  CHECK(
      has(advice({{"user.max_user_namespaces", "0"}}), "sysctl -w user.max_user_namespaces=15000"));
  CHECK(has(advice({{"kernel.apparmor_restrict_unprivileged_userns", "1"},
                    {"user.max_user_namespaces", "63000"}}),
            "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 allows"));
  CHECK(has(advice({{"kernel.unprivileged_userns_clone", "0"}}),
            "kernel.unprivileged_userns_clone=1"));
}

TEST_CASE("where no setting forbids them, the container is looked at") {
  CHECK(has(advice({{"kernel.unprivileged_userns_clone", "1"}}), "container"));
  CHECK(has(advice({}), "seccomp"));
}

TEST_CASE("complaints of namespaces are told from others") {
  CHECK(speaks_of_namespaces("bwrap: setting up uid map: Permission denied"));
  CHECK(speaks_of_namespaces("bwrap: No permissions to create new namespace"));
  CHECK(speaks_of_namespaces("the sandbox could not make namespaces: Operation not permitted"));
  CHECK_FALSE(speaks_of_namespaces("bwrap: Can't find source path /x"));
}
