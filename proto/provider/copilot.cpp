#include "proto/provider/copilot.hpp"

#include "proto/provider/base_url.hpp"
#include "proto/provider/classify.hpp"
#include "proto/provider/copilot_models.hpp"
#include "proto/provider/file_parts.hpp"
#include "proto/provider/openai_chat_request.hpp"
#include "proto/provider/openai_chat_stream.hpp"
#include "proto/provider/openai_responses_request.hpp"
#include "proto/provider/openai_responses_stream.hpp"

#include <algorithm>

namespace kodad::proto::provider {

namespace {

std::string url_of(const endpoint& to, std::string_view path) {
  auto base = to.base_url.empty() ? copilot_base_url : std::string_view(to.base_url);
  return call_url(base, "", path);
}

header_list headers_of(const endpoint& to, std::string_view accept) {
  header_list out{{"accept", std::string(accept)}};
  if (!to.api_key.empty())
    out.emplace_back("authorization", "Bearer " + to.api_key);
  add_copilot_identity(out);
  out.emplace_back("openai-intent", "conversation-edits");
  return out;
}

bool holds_result(const chat_message& message) {
  return std::any_of(message.parts.begin(), message.parts.end(), [](const chat_part& part) {
    return part.kind == chat_part_kind::tool_result;
  });
}

bool holds_image(const chat_message& message) {
  return std::any_of(message.parts.begin(), message.parts.end(), [](const chat_part& part) {
    return part.kind == chat_part_kind::file && is_image(part.mime_type) &&
           travels_as_file(part.mime_type);
  });
}

class copilot final : public adapter {
public:
  wire_request encode(const endpoint& to, const chat_request& request) const override {
    wire_request out;
    out.url = url_of(to, request.only_responses ? "/responses" : "/chat/completions");
    out.headers = headers_of(to, "text/event-stream");
    out.headers.emplace_back("content-type", "application/json");
    // What a user asks for is billed; going on after tool calls is not.
    bool goes_on = !request.messages.empty() && holds_result(request.messages.back());
    out.headers.emplace_back("x-initiator", goes_on ? "agent" : "user");
    bool shows = request.model_sees &&
                 std::any_of(request.messages.begin(), request.messages.end(), holds_image);
    if (shows) // Without it images are refused.
      out.headers.emplace_back("copilot-vision-request", "true");
    out.body = request.only_responses
                   ? write_openai_responses(request)
                   : write_openai_chat(request, copilot_dialect(name_of(request.model)));
    return out;
  }

  std::unique_ptr<stream_decoder> decoder(const model_id&) const override {
    return std::make_unique<openai_chat_stream>();
  }

  std::unique_ptr<stream_decoder> decoder_for(const chat_request& request) const override {
    if (request.only_responses)
      return std::make_unique<openai_responses_stream>();
    return decoder(request.model);
  }

  call_failure classify(int status, const header_list& headers,
                        std::string_view body) const override {
    return classify_answer(status, headers, body);
  }

  std::unique_ptr<model_discovery> discover(const endpoint& to) const override {
    wire_request list;
    list.method = "GET";
    list.url = url_of(to, "/models");
    list.headers = headers_of(to, "application/json");
    auto read = [id = to.provider_id](std::string_view body) -> result<model_page> {
      auto models = read_copilot_models(id, body);
      if (!models)
        return models.failure();
      return model_page{std::move(*models), std::nullopt};
    };
    return list_discovery(std::move(list), read);
  }
};

} // namespace

std::unique_ptr<adapter> make_copilot() {
  return std::make_unique<copilot>();
}

void add_copilot_identity(header_list& headers) {
  headers.emplace_back("editor-version", "kodad/" KODAD_VERSION);
  headers.emplace_back("editor-plugin-version", "kodad/" KODAD_VERSION);
  headers.emplace_back("copilot-integration-id", "vscode-chat"); // Others must be registered.
}

} // namespace kodad::proto::provider
