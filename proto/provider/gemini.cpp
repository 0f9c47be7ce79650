#include "proto/provider/gemini.hpp"

#include "proto/provider/base_url.hpp"
#include "proto/provider/classify.hpp"
#include "proto/provider/gemini_models.hpp"
#include "proto/provider/gemini_request.hpp"
#include "proto/provider/gemini_stream.hpp"

namespace kodad::proto::provider {

namespace {

constexpr std::string_view version = "/v1beta";
constexpr std::string_view page_size = "1000"; // The most that Google gives at once.

/// Percent-encodes all but unreserved characters and those in `kept`.
std::string escape(std::string_view text, std::string_view kept) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain || kept.find(c) != std::string_view::npos) {
      out.push_back(c);
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(digits[byte >> 4]);
    out.push_back(digits[byte & 15]);
  }
  return out;
}

std::string with_query(std::string url, std::string_view query) {
  url.push_back(url.find('?') == std::string::npos ? '?' : '&');
  return url.append(query);
}

/// "models/x" as the list has it; names with a collection of their own stay as they are.
std::string path_of(std::string_view name) {
  bool whole = name.starts_with("models/") || name.starts_with("tunedModels/");
  return (whole ? "/" : "/models/") + escape(name, "/");
}

void add_credentials(const endpoint& to, header_list& headers) {
  if (!to.api_key.empty())
    headers.emplace_back("x-goog-api-key", to.api_key);
}

wire_request list_request(const endpoint& to, std::string_view page_token) {
  wire_request out;
  out.method = "GET";
  out.url = with_query(call_url(to.base_url, version, "/models"), "pageSize=");
  out.url.append(page_size);
  if (!page_token.empty())
    out.url.append("&pageToken=").append(escape(page_token, ""));
  out.headers = {{"accept", "application/json"}};
  add_credentials(to, out.headers);
  return out;
}

class gemini final : public adapter {
public:
  wire_request encode(const endpoint& to, const chat_request& request) const override {
    wire_request out;
    auto path = path_of(name_of(request.model)) + ":streamGenerateContent";
    out.url = with_query(call_url(to.base_url, version, path), "alt=sse");
    out.headers = {{"content-type", "application/json"}, {"accept", "text/event-stream"}};
    add_credentials(to, out.headers);
    out.body = write_gemini(request);
    return out;
  }

  std::unique_ptr<stream_decoder> decoder(const model_id&) const override {
    return std::make_unique<gemini_stream>();
  }

  call_failure classify(int status, const header_list& headers,
                        std::string_view body) const override {
    return classify_answer(status, headers, body);
  }

  std::unique_ptr<model_discovery> discover(const endpoint& to) const override {
    auto read = [to](std::string_view body) -> result<model_page> {
      auto page = read_gemini_models(to.provider_id, body);
      if (!page)
        return page.failure();
      model_page out{std::move(page->models), std::nullopt};
      if (!page->next_token.empty())
        out.next = list_request(to, page->next_token);
      return out;
    };
    return list_discovery(list_request(to, ""), read);
  }
};

} // namespace

std::unique_ptr<adapter> make_gemini() {
  return std::make_unique<gemini>();
}

} // namespace kodad::proto::provider
