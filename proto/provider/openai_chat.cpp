#include "proto/provider/openai_chat.hpp"

#include "proto/provider/base_url.hpp"
#include "proto/provider/classify.hpp"
#include "proto/provider/openai_chat_request.hpp"
#include "proto/provider/openai_chat_stream.hpp"
#include "proto/provider/openai_models.hpp"

namespace kodad::proto::provider {

namespace {

constexpr std::string_view version = "/v1";

void add_credentials(const endpoint& to, header_list& headers) {
  if (to.api_key.empty())
    return;
  if (dialect_of(to.base_url).key_header)
    headers.emplace_back("api-key", to.api_key);
  else
    headers.emplace_back("authorization", "Bearer " + to.api_key);
}

class openai_chat final : public adapter {
public:
  wire_request encode(const endpoint& to, const chat_request& request) const override {
    wire_request out;
    out.url = call_url(to.base_url, version, "/chat/completions");
    out.headers = {{"content-type", "application/json"}, {"accept", "text/event-stream"}};
    add_credentials(to, out.headers);
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
    wire_request list;
    list.method = "GET";
    list.url = call_url(to.base_url, version, "/models");
    list.headers = {{"accept", "application/json"}};
    add_credentials(to, list.headers);
    auto read = [id = to.provider_id](std::string_view body) -> result<model_page> {
      auto models = read_openai_models(id, body);
      if (!models)
        return models.failure();
      return model_page{std::move(*models), std::nullopt};
    };
    return list_discovery(std::move(list), read);
  }
};

} // namespace

std::unique_ptr<adapter> make_openai_chat() {
  return std::make_unique<openai_chat>();
}

} // namespace kodad::proto::provider
