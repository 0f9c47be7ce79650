#include "actors/error.hpp"
#include "actors/provider/copilot_credentials.hpp"
#include "tests/actors/provider/call_fixture.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using proto::ec;

namespace {

struct credentials_fixture : test::actor_fixture {
  credentials_fixture() {
    copilot_account account;
    account.to = {"github-copilot", "https://usual", "gho_secret"};
    account.token_url = "https://tokens";
    account.takes_told_host = true;
    account.client = client;
    keeper = sys.spawn(copilot_credentials, std::move(account));
  }

  ~credentials_fixture() {
    self->send_exit(keeper, caf::exit_reason::user_shutdown);
    run_all();
  }

  /// Asks, and lets GitHub answer if it is asked.
  proto::result<proto::provider::endpoint> ask(int status, std::string body) {
    auto before = client->exchanges.size();
    auto reply = self->request(keeper, std::chrono::seconds(60), get_endpoint{});
    run();
    if (client->exchanges.size() > before)
      client->answer(before, status, std::move(body));
    run();
    proto::result<proto::provider::endpoint> out = proto::make_error(ec::internal, "no answer");
    reply.receive([&out](granted_endpoint& got) { out = std::move(got.to); },
                  [&out](const caf::error& failure) { out = from_caf(failure); });
    return out;
  }

  std::shared_ptr<test::fake_client> client = std::make_shared<test::fake_client>();
  credentials_actor keeper;
};

const std::string token = R"({"token":"tid=1","expires_at":4102444800,"refresh_in":1500,
                              "endpoints":{"api":"https://own"}})";

} // namespace

TEST_CASE_FIXTURE(credentials_fixture, "a GitHub token buys one for Copilot, once for all") {
  auto first = ask(200, token);
  auto second = ask(500, "not asked");

  REQUIRE(first);
  CHECK(first->api_key == "tid=1");
  CHECK(first->base_url == "https://own");
  CHECK(client->exchanges.size() == 1);
  CHECK(client->exchanges[0].request.url == "https://tokens");
  REQUIRE(second);
  CHECK(second->api_key == "tid=1");
}

TEST_CASE_FIXTURE(credentials_fixture, "a refusal is told and tried again by the next who asks") {
  auto refused = ask(401, R"({"message":"Bad credentials"})");
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == ec::provider_auth);
  CHECK(refused.failure().context.find("gho_secret") == std::string::npos);

  CHECK(ask(200, token).ok());
}

TEST_CASE_FIXTURE(credentials_fixture, "where no token is sold the GitHub token itself is used") {
  auto got = ask(404, "{}");

  REQUIRE(got);
  CHECK(got->api_key == "gho_secret");
  CHECK(got->base_url == "https://usual");
}

TEST_CASE("tokens of GitHub's are told from others") {
  CHECK(is_github_token("gho_x"));
  CHECK(is_github_token("ghu_x"));
  CHECK(is_github_token("github_pat_x"));
  CHECK_FALSE(is_github_token("tid=1;exp=2"));
  CHECK_FALSE(is_github_token(""));
}
