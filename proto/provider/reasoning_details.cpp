#include "proto/provider/reasoning_details.hpp"

#include "proto/json/writer.hpp"
#include "proto/limits.hpp"

namespace kodad::proto::provider {

std::string reasoning_details::add(const json::array& items) {
  std::string readable;
  for (auto node : items) {
    json::object from;
    if (node.get(from) == simdjson::SUCCESS)
      readable += add_one(from);
  }
  return readable;
}

std::string reasoning_details::add_one(const json::object& from) {
  auto& into = place_of(from);
  std::string readable;
  for (auto entry : from) {
    std::string_view text;
    bool in_pieces = entry.key == "text" || entry.key == "summary" || entry.key == "data";
    if (in_pieces && entry.value.get(text) == simdjson::SUCCESS) {
      bytes_ += text.size();
      if (bytes_ <= limits::opaque_bytes)
        into.texts[std::string(entry.key)].append(text);
      if (entry.key != "data")
        readable.append(text);
    } else if (!entry.value.is_null() && bytes_ <= limits::opaque_bytes) {
      auto json = json::to_text(entry.value);
      bytes_ += json.size();
      into.rest[std::string(entry.key)] = std::move(json);
    }
  }
  return readable;
}

reasoning_details::item& reasoning_details::place_of(const json::object& from) {
  auto kind = json::find_string(from, "type").value_or("");
  auto index = json::find_integer(from, "index");
  auto id = json::find_string(from, "id").value_or("");
  // A fragment goes on with the last item, as far as it names itself at all.
  if (!items_.empty()) {
    auto& last = items_.back();
    bool same_id = id.empty() || last.id.empty() || last.id == id;
    if (last.kind == kind && last.index == index && same_id)
      return last;
  }
  for (auto& known : items_)
    if (index && known.index == index && known.kind == kind && (id.empty() || known.id == id))
      return known;
  bytes_ += sizeof(item);
  if (bytes_ > limits::opaque_bytes && !items_.empty())
    return items_.back(); // Beyond the bound all of it is dropped anyway.
  return items_.emplace_back(item{std::string(kind), index, std::string(id), {}, {}});
}

std::optional<std::string> reasoning_details::take() {
  auto items = std::move(items_);
  items_.clear();
  if (bytes_ > limits::opaque_bytes)
    return std::nullopt;
  bytes_ = 0;
  json::writer out;
  out.begin_array();
  for (const auto& one : items) {
    out.begin_object();
    for (const auto& [name, json] : one.rest)
      out.key(name).raw(json);
    for (const auto& [name, text] : one.texts)
      out.key(name).string(text);
    out.end_object();
  }
  out.end_array();
  return out.take();
}

} // namespace kodad::proto::provider
