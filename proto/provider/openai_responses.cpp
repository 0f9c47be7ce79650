#include "proto/provider/openai_responses.hpp"

#include "proto/provider/base_url.hpp"
#include "proto/provider/classify.hpp"
#include "proto/provider/openai_endpoint.hpp"
#include "proto/provider/openai_responses_request.hpp"
#include "proto/provider/openai_responses_stream.hpp"

namespace kodad::proto::provider {

namespace {

class openai_responses final : public adapter {
public:
  wire_request encode(const endpoint& to, const chat_request& request) const override {
    wire_request out;
    out.url = call_url(to.base_url, openai_version, "/responses");
    out.headers = {{"content-type", "application/json"}, {"accept", "text/event-stream"}};
    add_openai_credentials(to, out.headers);
    out.body = write_openai_responses(request);
    return out;
  }

  std::unique_ptr<stream_decoder> decoder(const model_id&) const override {
    return std::make_unique<openai_responses_stream>();
  }

  call_failure classify(int status, const header_list& headers,
                        std::string_view body) const override {
    return classify_answer(status, headers, body);
  }

  std::unique_ptr<model_discovery> discover(const endpoint& to) const override {
    return discover_openai_models(to);
  }
};

} // namespace

std::unique_ptr<adapter> make_openai_responses() {
  return std::make_unique<openai_responses>();
}

} // namespace kodad::proto::provider
