#include "proto/agent.hpp"
#include "proto/command.hpp"
#include "proto/permission.hpp"
#include "proto/words.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;

namespace {

template <class T>
error failure_of(std::string_view text) {
  auto read = json::read<T>(text);
  REQUIRE_FALSE(read.ok());
  return read.failure();
}

std::string about(std::string_view given) {
  action out{};
  auto read = read_word(given, out);
  return read ? "" : read.failure().context;
}

} // namespace

TEST_CASE("a known word is read") {
  action out{};

  CHECK(read_word("deny", out).ok());
  CHECK(out == action::deny);
}

TEST_CASE("a wrong word hears which there are, and which is near") {
  CHECK(about("dney") == "expected allow, ask or deny, not dney; did you mean deny?");
  CHECK(about("DENY") == "expected allow, ask or deny, not DENY; did you mean deny?");
  CHECK(about("sometimes") == "expected allow, ask or deny, not sometimes");
  CHECK(about("") == "expected allow, ask or deny, not an empty text");
}

TEST_CASE("what cannot be shown is not") {
  CHECK(about("\x1b[2J") == "expected allow, ask or deny");
  CHECK(about("\xff") == "expected allow, ask or deny");
  CHECK(about(std::string(1000, 'x')) == "expected allow, ask or deny");
}

TEST_CASE("every body that takes a word lists them") {
  auto busy = failure_of<send_message>(R"({"content":"x","when_busy":"que"})");
  CHECK(busy.field == "when_busy");
  CHECK(busy.context == "expected reject or queue, not que; did you mean queue?");

  auto mode = failure_of<agent>(R"({"id":"a","name":"a","mode":"primry"})");
  CHECK(mode.field == "mode");
  CHECK(mode.context == "expected primary or subagent, not primry; did you mean primary?");

  auto rule = failure_of<agent>(R"({"id":"a","name":"a","permission":{"bash":{"*":"alow"}}})");
  CHECK(rule.field == "permission.bash");
  CHECK(rule.context == "expected allow, ask or deny, not alow; did you mean allow?");

  auto number = failure_of<agent>(R"({"id":"a","name":"a","mode":1})");
  CHECK(number.code == ec::wrong_type);
  CHECK(number.context == "expected one of the words primary or subagent");
}
