#include "proto/field_bounds.hpp"

#include "proto/limits/storage.hpp"

#include <algorithm>

namespace kodad::proto {

namespace {

/// Collects the first bound that is passed.
class bounds {
public:
  bounds& text(std::string_view field, std::string_view value, size_t bytes_max) {
    if (value.size() > bytes_max)
      fail(field, bytes_max, " bytes");
    return *this;
  }

  bounds& maybe(std::string_view field, const std::optional<std::string>& value, size_t bytes_max) {
    return text(field, value ? std::string_view(*value) : std::string_view(), bytes_max);
  }

  template <class Tag>
  bounds& maybe(std::string_view field, const std::optional<id<Tag>>& value, size_t bytes_max) {
    return text(field, value ? std::string_view(value->text) : std::string_view(), bytes_max);
  }

  bounds& count(std::string_view field, size_t number, size_t most) {
    if (number > most)
      fail(field, most, " entries");
    return *this;
  }

  bounds& words(std::string_view field, const std::vector<std::string>& values) {
    count(field, values.size(), limits::agent_words);
    for (const auto& value : values)
      text(field, value, limits::name_bytes);
    return *this;
  }

  result<void> done() const { return first_; }

private:
  void fail(std::string_view field, size_t most, const char* unit) {
    if (!first_)
      return;
    auto why = field_error(ec::invalid_value, std::string(field),
                           "it may have at most " + std::to_string(most) + unit);
    why.limit = static_cast<int64_t>(most);
    first_ = std::move(why);
  }

  result<void> first_;
};

size_t quoted_bytes(std::string_view text) {
  size_t out = text.size() + 2;
  for (char c : text)
    out += static_cast<unsigned char>(c) < 0x20 ? 5 : c == '"' || c == '\\' ? 1 : 0;
  return out;
}

size_t quoted_bytes(const std::vector<std::string>& texts) {
  size_t out = 2;
  for (const auto& text : texts)
    out += quoted_bytes(text) + 1;
  return out;
}

} // namespace

result<void> check_bounds(const create_session& wish) {
  return bounds()
      .maybe("agent_id", wish.agent_id, limits::name_bytes)
      .maybe("model_id", wish.model_id, limits::name_bytes)
      .maybe("workspace", wish.workspace, limits::path_text_bytes)
      .maybe("title", wish.title, limits::title_bytes)
      .text("metadata", wish.metadata.text, limits::metadata_json_bytes)
      .done();
}

result<void> check_bounds(const patch_session& wish) {
  return bounds()
      .maybe("agent_id", wish.agent_id, limits::name_bytes)
      .maybe("model_id", wish.model_id, limits::name_bytes)
      .maybe("title", wish.title, limits::title_bytes)
      .text("metadata", wish.metadata.text, limits::metadata_json_bytes)
      .done();
}

result<void> check_bounds(const branch_session& wish) {
  return bounds()
      .text("message_id", wish.message_id.text, limits::name_bytes)
      .maybe("title", wish.title, limits::title_bytes)
      .done();
}

result<void> check_bounds(const send_message& wish) {
  if (wish.content.size() > limits::content_bytes) {
    auto why = field_error(ec::body_too_large, "content",
                           "a message may have at most " + std::to_string(limits::content_bytes) +
                               " bytes of text");
    why.limit = static_cast<int64_t>(limits::content_bytes);
    return why;
  }
  bounds all;
  all.text("variant", wish.variant, limits::name_bytes)
      .maybe("agent_id", wish.agent_id, limits::name_bytes)
      .maybe("model_id", wish.model_id, limits::name_bytes);
  for (size_t i = 0; i < wish.attachments.size(); ++i) {
    const auto& file = wish.attachments[i];
    auto field = "attachments[" + std::to_string(i) + "]";
    all.text(field + ".path", file.path, limits::path_text_bytes)
        .text(field + ".name", file.name, limits::file_name_bytes)
        .text(field + ".mime_type", file.mime_type, limits::name_bytes);
  }
  return all.done();
}

result<void> check_bounds(const std::vector<std::string>& response) {
  size_t bytes = 0;
  for (const auto& one : response)
    bytes += one.size();
  bounds all;
  all.count("response", response.size(), limits::answer_choices);
  if (bytes > limits::answer_bytes)
    all.text("response", std::string(limits::answer_bytes + 1, ' '), limits::answer_bytes);
  return all.done();
}

result<void> check_bounds(const agent& wish) {
  bounds all;
  all.text("id", wish.id.text, limits::name_bytes)
      .text("name", wish.name, limits::name_bytes)
      .text("description", wish.description, limits::description_bytes)
      .text("model", wish.model, limits::name_bytes)
      .text("system_prompt", wish.system_prompt, limits::prompt_bytes)
      .text("source", wish.source, limits::path_text_bytes)
      .words("tools", wish.tools)
      .words("deny_tools", wish.deny_tools)
      .words("skills.allow", wish.skills.allow)
      .words("skills.deny", wish.skills.deny);
  size_t rules = 0;
  for (const auto& one : wish.permission.tools) {
    all.text("permission", one.tool, limits::name_bytes);
    rules += std::max<size_t>(one.rules.size(), 1);
    for (const auto& rule : one.rules)
      all.text("permission", rule.pattern, limits::pattern_bytes);
  }
  return all.count("permission", rules, limits::agent_rules).done();
}

size_t json_bytes(const agent& of) {
  constexpr size_t names = 400; // Of the members, and numbers.
  size_t out = names + quoted_bytes(of.id.text) + quoted_bytes(of.name) +
               quoted_bytes(of.description) + quoted_bytes(of.model) +
               quoted_bytes(of.system_prompt) + quoted_bytes(of.source) + quoted_bytes(of.tools) +
               quoted_bytes(of.deny_tools) + quoted_bytes(of.skills.allow) +
               quoted_bytes(of.skills.deny);
  for (const auto& one : of.permission.tools) {
    out += quoted_bytes(one.tool) + 10;
    for (const auto& rule : one.rules)
      out += quoted_bytes(rule.pattern) + 10;
  }
  return out;
}

size_t json_bytes(const model& of) {
  constexpr size_t names = 500;
  return names + quoted_bytes(of.id.text) + quoted_bytes(of.provider_id) +
         quoted_bytes(of.provider_name) + quoted_bytes(of.name) + quoted_bytes(of.variants);
}

} // namespace kodad::proto
