#include "actors/provider/sim/sim_models.hpp"

#include "actors/provider/sim/sim_koda.hpp"
#include "actors/provider/sim/sim_script.hpp"
#include "actors/provider/token_estimate.hpp"

#include <array>

namespace kodad::actors {

namespace {

proto::model make_model(const std::string& name) {
  proto::model out;
  out.id.text = "sim/" + name;
  out.provider_id = "sim";
  out.provider_name = "Simulation";
  out.name = name;
  out.context_size = 128'000;
  out.reasoning = true;
  out.tool_call = true;
  return out;
}

sim_plan plan_load(const sim_options& options, int64_t input_tokens) {
  constexpr std::array<std::string_view, 8> words{"a ",    "load ", "test's ", "words ",
                                                  "flow ", "by ",   "like ",   "water "};
  std::string text;
  for (int64_t i = 0; i < options.load_tokens; ++i)
    text += words[static_cast<size_t>(i) % words.size()];
  sim_composer out(input_tokens);
  out.set_rate(options.load_rate);
  out.text(text);
  proto::usage spent;
  spent.input_tokens = input_tokens;
  spent.output_tokens = options.load_tokens;
  out.set_usage(spent);
  return out.stop(proto::stop_reason::end);
}

sim_plan refuse(proto::error why) {
  why.code = proto::ec::provider_refused;
  why.context = "status 400: the sim script is not valid: " + why.context;
  return {{},
          proto::provider::call_failure{std::move(why), proto::provider::remedy::give_up,
                                        std::nullopt}};
}

} // namespace

std::vector<proto::model> sim_models() {
  return {make_model("koda"), make_model("load")};
}

sim_plan plan_call(const proto::chat_request& request, const sim_options& options,
                   int64_t attempt) {
  auto prompt = read_prompt(request);
  auto input_tokens = estimate_tokens(request);
  if (auto text = find_script(prompt.text)) {
    auto script = read_script(*text);
    if (!script)
      return refuse(script.failure());
    sim_position at{prompt.calls.size(), attempt, call_prefix(prompt)};
    return plan_script(*script, at, input_tokens);
  }
  if (proto::name_of(request.model) == "load")
    return plan_load(options, input_tokens);
  return plan_koda(request, prompt, options.koda_rate);
}

} // namespace kodad::actors
