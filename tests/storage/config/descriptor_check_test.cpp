#include "storage/config/descriptor_check.hpp"

#include "proto/limits/streams.hpp"
#include "storage/config/config_loader.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::storage;
namespace limits = proto::limits;

namespace {

/// What is told of so many calls, where so many descriptors are allowed.
std::string told_of(size_t calls, size_t allowed) {
  other_findings others;
  auto done = read_config(
      "providers:\n- {id: groq, api_key: k}\n- id: openai\n  api_key: k\n"
      "  max_concurrent: " +
          std::to_string(calls),
      "test.yaml", [](const std::string&) { return std::nullopt; }, &others,
      [allowed](const proto::config& config, findings& into) {
        check_descriptors(config, allowed, into);
      });
  return done ? "" : done.failure().context;
}

} // namespace

TEST_CASE("calls that the descriptors allow are taken") {
  CHECK(told_of(5000, 5000 + limits::descriptors_reserved).empty());
}

TEST_CASE("calls that cannot be had are refused, by their key and with both numbers") {
  auto refused = told_of(5000, 5000 + limits::descriptors_reserved - 1);

  CHECK(refused.starts_with("config test.yaml line 5: providers[1].max_concurrent: "));
  CHECK(refused.find("5512") != std::string::npos);
  CHECK(refused.find("5511") != std::string::npos);
}

TEST_CASE("a small system may still use the default") {
  CHECK(told_of(limits::provider_streams, 64).empty());
}

TEST_CASE("a provider may have as many calls as the host has connections, and no more") {
  auto read = [](const char* calls) {
    return read_config("providers: [{id: openai, max_concurrent: " + std::string(calls) + "}]",
                       "test.yaml", [](const std::string&) { return std::nullopt; });
  };

  CHECK(read("16384").ok());
  CHECK_FALSE(read("16385").ok());
}
