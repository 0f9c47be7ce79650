#include "storage/host/sandbox/confinement.hpp"

#include "tests/storage/host/fixture.hpp"

using namespace kodad::storage::host;

namespace {

confinement sample() {
  confinement out;
  out.mode = sandbox_mode::landlock;
  out.writable = false;
  out.network = true;
  out.workspace = "/home/me/a b\nc";
  out.folder = "sub/below";
  out.program = "/usr/bin/bwrap";
  out.identity = "1:2:3";
  out.git_config = "[user]\n\tname = \"M\"\n";
  out.places = {{".git", guarded_place::protection::pinned},
                {".git/config", guarded_place::protection::read_only}};
  out.shown = {{"/srv/a", false}, {"/srv/b", true}, {"", false}};
  out.temporary_bytes = UINT64_MAX;
  out.shared_memory_bytes = 7;
  return out;
}

} // namespace

TEST_CASE("a confinement comes back from its lines as it was") {
  CHECK(confinement_from(to_lines(sample())) == sample());
  CHECK(confinement_from(to_lines(confinement())) == confinement());
  for (auto mode : {sandbox_mode::unavailable, sandbox_mode::bubblewrap, sandbox_mode::off}) {
    auto one = sample();
    one.mode = mode;
    CHECK(confinement_from(to_lines(one)) == one);
  }
}

TEST_CASE("a child's spec carries it, and the order of the lists stays") {
  auto spec = shell("true", "/work");
  spec.limits.disk_bytes = 5;
  spec.confined = sample();
  auto bytes = pack(spec);
  REQUIRE(bytes);
  auto back = unpack_child_spec(*bytes);
  REQUIRE(back);
  CHECK(back->confined == spec.confined);
  CHECK(back->argv == spec.argv);
  CHECK(back->environment == spec.environment);
  CHECK(back->limits == spec.limits);

  spec.confined.reset();
  CHECK_FALSE(unpack_child_spec(*pack(spec))->confined);
  CHECK_FALSE(unpack_child_spec(bytes->substr(0, bytes->size() - 1)));
}

TEST_CASE("lines that nobody wrote are refused, whole") {
  for (const char* line : {"", "?x", "m9", "m-1", "m", "mx", "m1 ", "t", "t-1", "tx", "s1x",
                           "t99999999999999999999"}) {
    CAPTURE(line);
    auto lines = to_lines(sample());
    lines.insert(lines.begin() + 1, line);
    CHECK_FALSE(confinement_from(lines));
  }
}

TEST_CASE("a program that is edited or replaced is another one") {
  temporary_folder at;
  auto path = at.path("program");
  CHECK(identity_of("").empty());
  CHECK(identity_of(path).empty());
  CHECK(identity_of(at.path()).empty());
  write_text(path, "one");
  auto first = identity_of(path);
  CHECK_FALSE(first.empty());
  CHECK(identity_of(path) == first);

  auto written = std::filesystem::last_write_time(path);
  write_text(path, "two and more");
  std::filesystem::last_write_time(path, written);
  auto edited = identity_of(path);
  CHECK(edited != first);

  write_text(at.path("other"), "two and more");
  std::filesystem::last_write_time(at.path("other"), written);
  std::filesystem::rename(at.path("other"), path);
  CHECK(identity_of(path) != edited);
}
