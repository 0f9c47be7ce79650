#include "proto/provider/gemini_dialect.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

struct wish {
  std::string model;
  std::optional<int64_t> budget;
  std::string effort;
  std::optional<int64_t> output = std::nullopt;
};

/// "shown, budget or level", or "-".
std::string said(const wish& what, bool reasons = true) {
  chat_request request;
  request.model.text = "g/" + what.model;
  request.reasoning_budget = what.budget;
  request.reasoning_effort = what.effort;
  request.max_output_tokens = what.output;
  request.model_reasons = reasons;
  auto got = thinking_of(request);
  if (!got)
    return "-";
  std::string out = got->shown ? "shown" : "hidden";
  CHECK_FALSE((got->budget && !got->level.empty()));
  if (got->budget)
    out += " " + std::to_string(*got->budget);
  if (!got->level.empty())
    out += " " + std::string(got->level);
  return out;
}

} // namespace

TEST_CASE("2.5 is given a budget within its range, 3 and later a level") {
  struct row {
    wish what;
    std::string expected;
  };
  const auto none = std::nullopt;
  const std::vector<row> rows{
      {{"gemini-2.5-pro", none, ""}, "shown"},
      {{"gemini-2.5-pro", 0, ""}, "hidden 128"},
      {{"gemini-2.5-pro", 1, ""}, "shown 128"},
      {{"gemini-2.5-pro", 5000, "high"}, "shown 5000"},
      {{"gemini-2.5-pro", 100'000, ""}, "shown 32768"},
      {{"gemini-2.5-pro", none, "low"}, "shown 1024"},
      {{"gemini-2.5-pro", none, "medium"}, "shown 8192"},
      {{"gemini-2.5-pro", none, "high"}, "shown 24576"},
      {{"gemini-2.5-pro", none, "max"}, "shown 32768"},
      {{"gemini-2.5-pro", none, "strange"}, "shown"},
      {{"gemini-2.5-pro", 5000, "", 4000}, "shown 3000"},
      {{"gemini-2.5-flash", 0, "high"}, "hidden 0"},
      {{"gemini-2.5-flash", none, "max"}, "shown 24576"},
      {{"gemini-2.5-flash-lite", 1, ""}, "shown 512"},
      {{"gemini-2.5-flash-lite", 0, ""}, "hidden 0"},
      {{"google/gemini-2.5-flash-preview-05-20", -5, ""}, "hidden 0"},
      {{"gemini-3-pro-preview", none, ""}, "shown"},
      {{"gemini-3-pro-preview", 0, "high"}, "hidden LOW"},
      {{"gemini-3-pro-preview", none, "medium"}, "shown HIGH"},
      {{"gemini-3.1-pro-preview", none, "medium"}, "shown MEDIUM"},
      {{"gemini-3-flash", none, "low"}, "shown LOW"},
      {{"gemini-3-flash", none, "high"}, "shown HIGH"},
      {{"gemini-3-flash", 100, "max"}, "shown HIGH"},
      {{"gemini-3-flash", none, "strange"}, "shown"},
      {{"gemini-3-flash", 1024, ""}, "shown LOW"},
      {{"gemini-3-flash", 1025, ""}, "shown MEDIUM"},
      {{"gemini-3-flash", 8193, ""}, "shown HIGH"},
      {{"gemini-flash-latest", none, "low"}, "shown LOW"},
      {{"gemini-12-pro", none, "high"}, "shown HIGH"},
      {{"gemini-robotics-er", 1000, ""}, "shown"},
      {{"gemma-4-31b-it", 1000, ""}, "shown"},
  };
  for (const auto& [what, expected] : rows) {
    INFO(what.model << " " << what.budget.value_or(-1) << " " << what.effort);
    CHECK(said(what) == expected);
  }
}

TEST_CASE("a model that is not known to think is asked for no thoughts") {
  CHECK(said({"gemini-2.0-flash", 1000, "high"}, false) == "-");
  CHECK(said({"gemma-3-27b-it", 1000, ""}, false) == "-");
  CHECK(said({"gemini-2.5-flash-image", 1000, ""}, false) == "-");
  CHECK(said({"gemini-2.5-flash-preview-tts", 1000, ""}, false) == "-");
  CHECK(said({"gemini-", 1000, ""}, false) == "-");
  CHECK(said({"", 1000, ""}, false) == "-");
  CHECK(said({"gemini-99999999999", 1000, ""}, false) == "-");
  // The name is enough where the catalog is silent.
  CHECK(said({"gemini-2.5-pro", 1000, ""}, false) == "shown 1000");
  CHECK(said({"gemini-3-flash", std::nullopt, ""}, false) == "shown");
}

TEST_CASE("signatures are checked from 3 on") {
  CHECK(checks_signatures("gemini-3-pro-preview"));
  CHECK(checks_signatures("google/gemini-3.5-flash"));
  CHECK(checks_signatures("gemini-pro-latest"));
  CHECK_FALSE(checks_signatures("gemini-2.5-pro"));
  CHECK_FALSE(checks_signatures("gemma-3-27b-it"));
}
