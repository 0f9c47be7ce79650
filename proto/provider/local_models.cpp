#include "proto/provider/local_models.hpp"

#include "proto/json/writer.hpp"
#include "proto/limits.hpp"
#include "proto/provider/base_url.hpp"
#include "proto/provider/classify.hpp"
#include "proto/provider/local_facts.hpp"
#include "proto/provider/openai_models.hpp"

#include <algorithm>
#include <array>

namespace kodad::proto::provider {

namespace {

constexpr size_t shows_max = 100; // Far more models than a disk holds; each costs a question.

enum class question_kind : uint8_t {
  list,
  ollama_version,
  ollama_loaded,
  ollama_show,
  studio,
  old_studio,
  llama_props,
};

struct question {
  question_kind kind;
  size_t model = 0; ///< Place in the list, of `ollama_show`.
};

/// Whom a question beside the list is for, and what it asks.
struct probe {
  std::string_view provider_id;
  question_kind kind;
  std::string_view path;
};

constexpr std::array<probe, 3> probes{{{"ollama", question_kind::ollama_version, "/api/version"},
                                       {"lmstudio", question_kind::studio, "/api/v1/models"},
                                       {"llamacpp", question_kind::llama_props, "/props"}}};

bool is_named(std::string_view provider_id) {
  return provider_id == "vllm" || std::any_of(probes.begin(), probes.end(), [&](const probe& one) {
           return one.provider_id == provider_id;
         });
}

bool is_loopback(std::string_view host) {
  bool numbers = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return is_within(host, "localhost") || (numbers && host.starts_with("127.")) ||
         host == "0.0.0.0" || host == "[::1]" || host == "[::]";
}

/// The base without its version: "http://h:1" of "http://h:1/v1/". LM Studio's own API has its
/// version below "/api".
std::string root_of(std::string_view base) {
  base = base.substr(0, base.find('?'));
  auto trim = [&base] {
    while (base.ends_with('/'))
      base.remove_suffix(1);
  };
  trim();
  base.remove_suffix(endpoint_of(base).size());
  auto last = base.substr(base.rfind('/') + 1);
  if (last.size() >= 2 && last[0] == 'v' && last[1] >= '0' && last[1] <= '9')
    base.remove_suffix(last.size());
  trim();
  if (base.ends_with("/api"))
    base.remove_suffix(4);
  trim();
  return std::string(base);
}

bool is_success(const wire_answer& answer) {
  return !answer.failure && answer.status >= 200 && answer.status < 300;
}

class local_models final : public model_discovery {
public:
  local_models(const endpoint& to, wire_request list)
      : provider_id_(to.provider_id), root_(root_of(to.base_url)), list_(std::move(list)) {}

  std::vector<wire_request> begin() override;
  std::vector<wire_request> answered(size_t number, const wire_answer& answer) override;
  result<std::vector<model>> finish() override;

private:
  wire_request ask(question about, std::string_view path, std::string body = "");
  std::vector<wire_request> take_list(const wire_answer& answer);
  std::vector<wire_request> take_studio(const wire_answer& answer);
  std::vector<wire_request> ask_ollama();
  std::optional<model_facts> facts_of(size_t place) const;

  std::string provider_id_;
  std::string root_;
  wire_request list_;
  std::vector<question> asked_;
  std::optional<std::vector<model>> models_;
  error failure_ = make_error(ec::provider_failed, "the provider was not asked");
  bool is_ollama_ = false;
  std::map<size_t, model_facts> shown_; ///< By place in the list.
  std::map<std::string, int64_t, std::less<>> loaded_;
  facts_by_name studio_;
  std::optional<model_facts> props_;
};

std::vector<wire_request> local_models::begin() {
  asked_.push_back({question_kind::list});
  std::vector<wire_request> out{list_};
  for (const auto& one : probes)
    if (!is_named(provider_id_) || one.provider_id == provider_id_)
      out.push_back(ask({one.kind}, one.path));
  return out;
}

wire_request local_models::ask(question about, std::string_view path, std::string body) {
  asked_.push_back(about);
  wire_request out;
  out.method = body.empty() ? "GET" : "POST";
  out.url = root_ + std::string(path);
  out.headers = list_.headers;
  if (!body.empty())
    out.headers.emplace_back("content-type", "application/json");
  out.body = std::move(body);
  return out;
}

std::vector<wire_request> local_models::answered(size_t number, const wire_answer& answer) {
  if (number >= asked_.size())
    return {};
  auto about = asked_[number];
  if (about.kind == question_kind::list)
    return take_list(answer);
  if (about.kind == question_kind::studio)
    return take_studio(answer);
  if (!is_success(answer))
    return {};
  if (about.kind == question_kind::ollama_version) {
    is_ollama_ = is_ollama_version(answer.body);
    return ask_ollama();
  }
  if (about.kind == question_kind::ollama_show)
    shown_[about.model] = read_ollama_show(answer.body);
  if (about.kind == question_kind::ollama_loaded)
    loaded_ = read_ollama_loaded(answer.body);
  if (about.kind == question_kind::old_studio)
    studio_ = read_lm_studio(answer.body).value_or(facts_by_name());
  if (about.kind == question_kind::llama_props)
    props_ = read_llama_props(answer.body);
  return {};
}

std::vector<wire_request> local_models::take_list(const wire_answer& answer) {
  if (answer.failure) {
    failure_ = *answer.failure;
    return {};
  }
  if (!is_success(answer)) {
    failure_ = classify_answer(answer.status, answer.headers, answer.body).what;
    return {};
  }
  auto models = read_openai_models(provider_id_, answer.body);
  if (!models) {
    failure_ = models.failure();
    return {};
  }
  models_ = std::move(*models);
  return ask_ollama();
}

std::vector<wire_request> local_models::take_studio(const wire_answer& answer) {
  auto facts = is_success(answer) ? read_lm_studio(answer.body) : std::nullopt;
  if (facts) {
    studio_ = std::move(*facts);
    return {};
  }
  // LM Studio before 0.4. One that does not answer at all need not be asked again.
  if (answer.failure)
    return {};
  return {ask({question_kind::old_studio}, "/api/v0/models")};
}

/// Once it is known that there is an Ollama, and what it has.
std::vector<wire_request> local_models::ask_ollama() {
  if (!is_ollama_ || !models_)
    return {};
  std::vector<wire_request> out{ask({question_kind::ollama_loaded}, "/api/ps")};
  for (size_t place = 0; place < std::min(models_->size(), shows_max); ++place) {
    json::writer body;
    body.begin_object().key("model").string((*models_)[place].name).end_object();
    out.push_back(ask({question_kind::ollama_show, place}, "/api/show", body.take()));
  }
  return out;
}

result<std::vector<model>> local_models::finish() {
  if (!models_)
    return failure_;
  std::vector<model> out;
  for (size_t place = 0; place < models_->size(); ++place) {
    auto facts = facts_of(place);
    if (facts && !facts->chats)
      continue;
    auto& added = out.emplace_back(std::move((*models_)[place]));
    if (facts)
      apply(*facts, added);
  }
  return out;
}

std::optional<model_facts> local_models::facts_of(size_t place) const {
  const auto& name = (*models_)[place].name;
  if (is_ollama_) {
    auto shown = shown_.find(place);
    auto facts = shown == shown_.end() ? model_facts() : shown->second;
    // Calls over /v1 cannot choose the context: what a loaded model has is what they get.
    if (auto loaded = loaded_.find(name); loaded != loaded_.end())
      facts.context_size = std::min(loaded->second, facts.context_size.value_or(loaded->second));
    return facts;
  }
  if (auto known = studio_.find(name); known != studio_.end())
    return known->second;
  if (props_ && models_->size() == 1)
    return props_;
  return std::nullopt;
}

} // namespace

bool is_local_server(const endpoint& to) {
  return is_named(to.provider_id) || is_loopback(host_of(to.base_url));
}

std::unique_ptr<model_discovery> local_discovery(const endpoint& to, wire_request list) {
  return std::make_unique<local_models>(to, std::move(list));
}

} // namespace kodad::proto::provider
