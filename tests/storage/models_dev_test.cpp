#include "proto/limits.hpp"
#include "proto/metadata/complete.hpp"
#include "storage/host/durable_file.hpp"
#include "storage/models_dev/metadata_cache.hpp"
#include "storage/models_dev/snapshot.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

using namespace kodad;
using namespace kodad::storage;

namespace {

proto::kept_metadata make_kept(int64_t checked_at_ms) {
  proto::kept_metadata out;
  out.url = "https://models.example";
  out.checked_at.ms = checked_at_ms;
  proto::model_facts facts;
  facts.name = "m";
  out.known = proto::model_metadata({{"v", "V", "", {facts}}});
  return out;
}

} // namespace

TEST_CASE("the bundled snapshot is whole and has prices for the large vendors") {
  auto got = proto::read_kept(bundled_metadata());
  REQUIRE(got);
  CHECK(got->checked_at.ms > 1'700'000'000'000);
  CHECK(got->etag.empty());

  for (auto id : {"anthropic", "openai", "google", "github-copilot", "deepseek", "openrouter",
                  "xai", "groq", "mistral", "moonshotai", "zai", "alibaba", "cerebras",
                  "togetherai", "fireworks-ai", "azure", "amazon-bedrock", "nvidia"}) {
    CAPTURE(id);
    const auto* vendor = got->known.named(id);
    REQUIRE(vendor);
    CHECK(std::ranges::any_of(vendor->models, [](const proto::model_facts& one) {
      return one.context_size > 0 && one.cost;
    }));
  }
  proto::model sonnet;
  sonnet.provider_id = "anthropic";
  sonnet.name = "claude-sonnet-4-5-20250929";
  proto::complete(sonnet, got->known, "https://api.anthropic.com");
  CHECK(sonnet.cost_input == 3);
  CHECK(sonnet.cost_output == 15);
  CHECK(sonnet.cost_cache_read == 0.3);
  CHECK(sonnet.context_size == 200'000);
  CHECK(sonnet.pdf);
}

TEST_CASE("what was saved is there after a restart") {
  tests::temp_dir folder;
  CHECK_FALSE(metadata_cache(folder.path()).load());
  auto kept = make_kept(5);
  REQUIRE(metadata_cache(folder.path()).save(kept));
  auto got = metadata_cache(folder.path()).load();

  REQUIRE(got);
  CHECK(got->url == kept.url);
  CHECK(got->checked_at.ms == 5);
  CHECK(got->known == kept.known);
}

TEST_CASE("a damaged copy counts as none") {
  tests::temp_dir folder;
  metadata_cache cache(folder.path());
  REQUIRE(cache.save(make_kept(5)));
  auto files = host::files_below(folder.path());
  REQUIRE(files.size() == 1);
  SUBCASE("cut") {
    std::filesystem::resize_file(files[0], std::filesystem::file_size(files[0]) / 2);
  }
  SUBCASE("empty") {
    std::filesystem::resize_file(files[0], 0);
  }
  SUBCASE("too large") {
    std::filesystem::resize_file(files[0], proto::limits::metadata_bytes + 1);
  }
  SUBCASE("not JSON") {
    REQUIRE(host::write_durably(files[0], "oops"));
  }
  CHECK_FALSE(cache.load());
  CHECK(newest_metadata(cache.load())->known.named("anthropic"));
}

TEST_CASE("a copy that cannot be written is told") {
  CHECK_FALSE(metadata_cache("/proc/nowhere").save(make_kept(5)));
}

TEST_CASE("the newer one of copy and snapshot counts") {
  auto newer = newest_metadata(make_kept(4'000'000'000'000));
  auto older = newest_metadata(make_kept(5));

  CHECK(newer->known.named("v"));
  CHECK_FALSE(older->known.named("v"));
  CHECK(older->known.named("anthropic"));
}
