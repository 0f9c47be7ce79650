#include "proto/field_bounds.hpp"

#include "proto/limits/storage.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::proto;

namespace {

/// The field that is refused; empty when all fits.
template <class T>
std::string refused(const T& wish) {
  auto fits = check_bounds(wish);
  if (fits)
    return "";
  CHECK(fits.failure().limit.value_or(0) > 0);
  CHECK_FALSE(fits.failure().context.empty());
  return fits.failure().field;
}

std::string text(size_t bytes) {
  return std::string(bytes, 'x');
}

} // namespace

TEST_CASE("a session's fields may be as long as their bounds and no longer") {
  create_session wish;
  CHECK(refused(wish).empty());
  wish.title = text(limits::title_bytes);
  wish.metadata.text = text(limits::metadata_json_bytes);
  wish.workspace = text(limits::path_text_bytes);
  wish.agent_id = agent_id{text(limits::name_bytes)};
  CHECK(refused(wish).empty());

  auto with = [&wish](auto change) {
    auto longer = wish;
    change(longer);
    return refused(longer);
  };
  CHECK(with([](auto& x) { *x.title += 'x'; }) == "title");
  CHECK(with([](auto& x) { x.metadata.text += 'x'; }) == "metadata");
  CHECK(with([](auto& x) { *x.workspace += 'x'; }) == "workspace");
  CHECK(with([](auto& x) { x.agent_id->text += 'x'; }) == "agent_id");
  CHECK(with([](auto& x) { x.model_id = model_id{text(257)}; }) == "model_id");
}

TEST_CASE("changes and branches have the same bounds") {
  patch_session change;
  change.title = text(limits::title_bytes + 1);
  CHECK(refused(change) == "title");
  change.title.reset();
  change.metadata.text = text(limits::metadata_json_bytes + 1);
  CHECK(refused(change) == "metadata");
  branch_session branch;
  branch.title = text(limits::title_bytes + 1);
  CHECK(refused(branch) == "title");
  branch.title.reset();
  branch.message_id.text = text(300);
  CHECK(refused(branch) == "message_id");
}

TEST_CASE("a message's text that is too long is too large a body") {
  send_message wish;
  wish.content = text(limits::content_bytes);
  CHECK(refused(wish).empty());
  wish.content += 'x';
  auto why = check_bounds(wish).failure();
  CHECK(why.code == ec::body_too_large);
  CHECK(why.field == "content");
  CHECK(why.limit == static_cast<int64_t>(limits::content_bytes));
  wish.content = "hello";
  wish.variant = text(1000);
  CHECK(refused(wish) == "variant");
  wish.variant.clear();
  wish.attachments = {{text(5000), {}, "", ""}};
  CHECK(refused(wish) == "attachments[0].path");
  wish.attachments = {{}, {"", "", text(300), ""}};
  CHECK(refused(wish) == "attachments[1].name");
  wish.attachments = {{}, {}, {"", "", "", text(300)}};
  CHECK(refused(wish) == "attachments[2].mime_type");
}

TEST_CASE("an answer is bounded in its choices and in all") {
  CHECK(refused(std::vector<std::string>(100, "a")).empty());
  CHECK(refused(std::vector<std::string>(101, "a")) == "response");
  CHECK(refused(std::vector<std::string>{text(40'000), text(30'000)}) == "response");
}

TEST_CASE("every field of an agent is bounded") {
  auto with = [](auto change) {
    agent wish;
    change(wish);
    return refused(wish);
  };
  CHECK(with([](auto&) {}).empty());
  CHECK(with([](auto& x) { x.name = text(257); }) == "name");
  CHECK(with([](auto& x) { x.description = text(5000); }) == "description");
  CHECK(with([](auto& x) { x.model = text(257); }) == "model");
  CHECK(with([](auto& x) { x.system_prompt = text(limits::prompt_bytes); }).empty());
  CHECK(with([](auto& x) { x.system_prompt = text(limits::prompt_bytes + 1); }) == "system_prompt");
  CHECK(with([](auto& x) { x.tools.assign(257, "t"); }) == "tools");
  CHECK(with([](auto& x) { x.deny_tools = {text(257)}; }) == "deny_tools");
  CHECK(with([](auto& x) { x.skills.allow.assign(257, "s"); }) == "skills.allow");
  CHECK(with([](auto& x) { x.skills.deny = {text(257)}; }) == "skills.deny");
  CHECK(with([](auto& x) { x.permission.tools.resize(1001); }) == "permission");
  CHECK(with([](auto& x) {
          x.permission.tools.resize(1);
          x.permission.tools[0].rules = {{text(5000), action::ask}};
        }) == "permission");
}

TEST_CASE("what an agent or a model takes as JSON is not underrated") {
  agent who;
  who.id.text = "a";
  who.system_prompt = std::string(1000, '\x01') + std::string(1000, '"');
  who.tools = {"read", "write"};
  who.permission.tools = {{"bash", {{"git *", action::allow}}, false}};
  CHECK(json_bytes(who) >= json::write(who).size());
  CHECK(json_bytes(who) < json::write(who).size() + 500);
  model of;
  of.id.text = "p/m";
  of.name = "\x02\x02";
  of.variants = {"low", "high"};
  CHECK(json_bytes(of) >= json::write(of).size());
}
