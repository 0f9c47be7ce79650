#include "storage/config/descriptor_check.hpp"

#include "proto/limits/streams.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::storage;
namespace limits = proto::limits;

namespace {

loaded_config with_calls(size_t calls) {
  loaded_config out;
  out.file = "test.yaml";
  out.config.providers.resize(2);
  out.config.providers[1].max_concurrent = calls;
  return out;
}

} // namespace

TEST_CASE("calls that the descriptors allow are taken") {
  CHECK(check_descriptors(with_calls(5000), 5000 + limits::descriptors_reserved).ok());
}

TEST_CASE("calls that cannot be had are refused, by their key and with both numbers") {
  auto refused = check_descriptors(with_calls(5000), 5000 + limits::descriptors_reserved - 1);

  REQUIRE_FALSE(refused.ok());
  CHECK(refused.failure().context.starts_with("config test.yaml: providers[1].max_concurrent: "));
  CHECK(refused.failure().context.find("5512") != std::string::npos);
  CHECK(refused.failure().context.find("5511") != std::string::npos);
}

TEST_CASE("a small system may still use the default") {
  CHECK(check_descriptors(with_calls(limits::provider_streams), 64).ok());
}

TEST_CASE("a provider may have as many calls as the host has connections, and no more") {
  auto read = [](const char* calls) {
    return read_config("providers: [{id: openai, max_concurrent: " + std::string(calls) + "}]",
                       "test.yaml", [](const std::string&) { return std::nullopt; });
  };

  CHECK(read("16384").ok());
  CHECK_FALSE(read("16385").ok());
}
