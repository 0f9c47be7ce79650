#include "proto/provider/openai_chat.hpp"

#include "proto/provider/base_url.hpp"
#include "proto/provider/classify.hpp"
#include "proto/provider/local_models.hpp"
#include "proto/provider/openai_chat_request.hpp"
#include "proto/provider/openai_chat_stream.hpp"
#include "proto/provider/openai_endpoint.hpp"

namespace kodad::proto::provider {

namespace {

class openai_chat final : public adapter {
public:
  wire_request encode(const endpoint& to, const chat_request& request) const override {
    wire_request out;
    out.url = call_url(to.base_url, openai_version, "/chat/completions");
    out.headers = {{"content-type", "application/json"}, {"accept", "text/event-stream"}};
    add_openai_credentials(to, out.headers);
    out.body = write_openai_chat(request, dialect_of(to.base_url));
    return out;
  }

  std::unique_ptr<stream_decoder> decoder(const model_id&) const override {
    return std::make_unique<openai_chat_stream>();
  }

  call_failure classify(int status, const header_list& headers,
                        std::string_view body) const override {
    return classify_answer(status, headers, body);
  }

  std::unique_ptr<model_discovery> discover(const endpoint& to) const override {
    if (is_local_server(to))
      return local_discovery(to, openai_models_request(to));
    return discover_openai_models(to);
  }
};

} // namespace

std::unique_ptr<adapter> make_openai_chat() {
  return std::make_unique<openai_chat>();
}

} // namespace kodad::proto::provider
