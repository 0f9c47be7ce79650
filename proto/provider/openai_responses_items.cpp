#include "proto/provider/openai_responses_items.hpp"

#include "proto/json/writer.hpp"

namespace kodad::proto::provider {

namespace {

// An answer has a handful of items, with hosted searches some dozens.
constexpr size_t items_max = 4096;

} // namespace

item_kind kind_of_item(std::string_view type) {
  if (type == "message")
    return item_kind::message;
  if (type == "reasoning")
    return item_kind::reasoning;
  return type == "function_call" || type == "custom_tool_call" ? item_kind::call : item_kind::other;
}

std::string_view text_of(const json::object& from, std::string_view key) {
  return json::find_string(from, key).value_or("");
}

void join_texts(std::string& to, const json::object& from, std::string_view list,
                std::string_view between) {
  auto parts = json::find_array(from, list);
  if (!parts)
    return;
  for (auto node : *parts) {
    json::object part;
    if (node.get(part) != simdjson::SUCCESS)
      continue;
    auto text = text_of(part, "text");
    if (text.empty())
      text = text_of(part, "refusal");
    if (!to.empty() && !text.empty())
      to += between;
    to += text;
  }
}

bool has_refusal(const json::object& from) {
  auto parts = json::find_array(from, "content");
  if (!parts)
    return false;
  for (auto node : *parts) {
    json::object part;
    if (node.get(part) == simdjson::SUCCESS && !text_of(part, "refusal").empty())
      return true;
  }
  return false;
}

std::string sealed_reasoning(const json::object& from) {
  auto sealed = text_of(from, "encrypted_content");
  if (sealed.empty())
    return {};
  auto summary = json::find(from, "summary");
  json::writer out;
  out.begin_object();
  out.key("type").string("reasoning");
  out.key("summary").raw(summary && summary->is_array() ? json::to_text(*summary) : "[]");
  out.key("encrypted_content").string(sealed);
  out.end_object();
  return out.take();
}

size_t response_items::find(std::string_view id) const {
  for (size_t place = 0; place < items_.size(); ++place)
    if (!id.empty() && items_[place].id == id)
      return place;
  return items_.size();
}

size_t response_items::place_of_output(const json::object& from, int64_t number) {
  auto kind = kind_of_item(text_of(from, "type"));
  auto call_id = text_of(from, "call_id");
  auto id = text_of(from, "id");
  auto first = [&](auto fits) {
    for (size_t place = 0; place < items_.size(); ++place)
      if (!items_[place].in_output && fits(items_[place]))
        return place;
    return items_.size();
  };
  auto is_kind = [&](const response_item& one) {
    bool other_call = !call_id.empty() && !one.call_id.empty() && one.call_id != call_id;
    return (one.kind == kind || one.kind == item_kind::unknown) && !other_call;
  };
  auto place = first([&](const auto& one) { return !id.empty() && one.id == id; });
  if (place == items_.size())
    place = first([&](const auto& one) { return !call_id.empty() && one.call_id == call_id; });
  if (place == items_.size())
    place = first([&](const auto& one) { return one.index == number && is_kind(one); });
  if (place == items_.size())
    place = first(is_kind);
  if (place < items_.size())
    items_[place].in_output = true;
  return place;
}

result<size_t> response_items::place_for(const json::object& frame) {
  auto index = json::find_integer(frame, "output_index");
  auto id = text_of(frame, "item_id");
  for (size_t place = items_.size(); index && place-- > 0;)
    if (items_[place].index == index)
      return place;
  if (index || items_.empty())
    return add(index, id);
  auto place = find(id);
  return place < items_.size() ? place : items_.size() - 1;
}

result<size_t> response_items::place_of(std::optional<int64_t> index, std::string_view id) {
  for (size_t place = items_.size(); place-- > 0;) {
    auto& known = items_[place];
    bool same = index ? known.index == index : known.id == id && !id.empty();
    if (!same || (known.done && known.id != id && !id.empty()))
      continue;
    if (!id.empty())
      known.id = id;
    return place;
  }
  return add(index, id);
}

result<size_t> response_items::add(std::optional<int64_t> index, std::string_view id) {
  if (items_.size() == items_max)
    return make_error(ec::provider_failed, "the provider sent too many items at once");
  auto& added = items_.emplace_back();
  added.index = index;
  added.id = id;
  return items_.size() - 1;
}

} // namespace kodad::proto::provider
