#include "proto/provider/anthropic.hpp"

#include "proto/provider/anthropic_models.hpp"
#include "proto/provider/anthropic_request.hpp"
#include "proto/provider/anthropic_stream.hpp"
#include "proto/provider/base_url.hpp"
#include "proto/provider/classify.hpp"

namespace kodad::proto::provider {

namespace {

constexpr std::string_view version = "/v1";

void add_identity(const endpoint& to, header_list& headers) {
  headers.emplace_back("anthropic-version", "2023-06-01");
  if (!to.api_key.empty())
    headers.emplace_back("x-api-key", to.api_key);
}

wire_request ask_models(const endpoint& to, const std::string& after) {
  wire_request out;
  out.method = "GET";
  out.url = call_url(to.base_url, version, "/models");
  out.url += out.url.find('?') == std::string::npos ? "?limit=1000" : "&limit=1000";
  if (!after.empty())
    out.url += "&after_id=" + after;
  out.headers = {{"accept", "application/json"}};
  add_identity(to, out.headers);
  return out;
}

class anthropic final : public adapter {
public:
  wire_request encode(const endpoint& to, const chat_request& request) const override {
    auto call = write_anthropic(request);
    wire_request out;
    out.url = call_url(to.base_url, version, "/messages");
    out.headers = {{"content-type", "application/json"}, {"accept", "text/event-stream"}};
    add_identity(to, out.headers);
    if (!call.beta.empty())
      out.headers.emplace_back("anthropic-beta", call.beta);
    out.body = std::move(call.body);
    return out;
  }

  std::unique_ptr<stream_decoder> decoder(const model_id&) const override {
    return std::make_unique<anthropic_stream>();
  }

  call_failure classify(int status, const header_list& headers,
                        std::string_view body) const override {
    return classify_answer(status, headers, body);
  }

  std::unique_ptr<model_discovery> discover(const endpoint& to) const override {
    auto read = [to](std::string_view body) -> result<model_page> {
      auto page = read_anthropic_models(to.provider_id, body);
      if (!page)
        return page.failure();
      model_page out{std::move(page->models), std::nullopt};
      if (!page->after.empty())
        out.next = ask_models(to, page->after);
      return out;
    };
    return list_discovery(ask_models(to, {}), read);
  }
};

} // namespace

std::unique_ptr<adapter> make_anthropic() {
  return std::make_unique<anthropic>();
}

} // namespace kodad::proto::provider
