#include "proto/provider/gemini_arguments.hpp"

#include "proto/limits.hpp"

#include <algorithm>
#include <charconv>

namespace kodad::proto::provider {

namespace {

struct path_step {
  std::string_view name;
  std::optional<size_t> index;
};

/// Takes ".name", "[0]" or "['name']" off the front.
std::optional<path_step> next_step(std::string_view& path) {
  if (path.starts_with('.')) {
    auto name = path.substr(1, path.find_first_of(".[", 1) - 1);
    path.remove_prefix(1 + name.size());
    return name.empty() ? std::nullopt : std::optional<path_step>({name, std::nullopt});
  }
  if (path.size() > 3 && path[0] == '[' && (path[1] == '\'' || path[1] == '"')) {
    auto end = path.find(path[1], 2);
    if (end == std::string_view::npos || path.substr(end + 1, 1) != "]")
      return std::nullopt;
    path_step out{path.substr(2, end - 2), std::nullopt};
    path.remove_prefix(end + 2);
    return out;
  }
  auto end = path.find(']');
  if (!path.starts_with('[') || end == std::string_view::npos)
    return std::nullopt;
  size_t index = 0;
  auto [stop, code] = std::from_chars(path.data() + 1, path.data() + end, index);
  if (code != std::errc() || stop != path.data() + end)
    return std::nullopt;
  path.remove_prefix(end + 1);
  return path_step{{}, index};
}

} // namespace

bool gemini_arguments::add(const json::array& pieces) {
  for (auto item : pieces) {
    json::object piece;
    if (item.get(piece) != simdjson::SUCCESS || !add_one(piece))
      return false;
  }
  return bytes_ <= limits::tool_input_bytes;
}

bool gemini_arguments::add_one(const json::object& piece) {
  auto path = json::find_string(piece, "jsonPath").value_or("");
  bytes_ += json::find_string(piece, "stringValue").value_or("").size();
  if (bytes_ > limits::tool_input_bytes)
    return false;
  auto* at = place_of(path);
  return at && set(*at, piece);
}

gemini_arguments::node* gemini_arguments::place_of(std::string_view path) {
  if (!path.starts_with('$'))
    return nullptr;
  path.remove_prefix(1);
  root_.is = kind::object;
  auto* at = &root_;
  for (size_t depth = 0; at && !path.empty(); ++depth) {
    auto step = next_step(path);
    if (!step || depth == limits::json_depth)
      return nullptr;
    at = step->index ? step_into(*at, *step->index) : step_into(*at, step->name);
  }
  return at;
}

gemini_arguments::node* gemini_arguments::step_into(node& from, std::string_view name) {
  if (from.is == kind::fresh)
    from.is = kind::object;
  if (from.is != kind::object)
    return nullptr;
  auto known = std::find_if(from.children.begin(), from.children.end(),
                            [name](const node& child) { return child.name == name; });
  if (known != from.children.end())
    return &*known;
  bytes_ += sizeof(node) + name.size();
  auto& added = from.children.emplace_back();
  added.name = name;
  return &added;
}

gemini_arguments::node* gemini_arguments::step_into(node& from, size_t index) {
  if (from.is == kind::fresh)
    from.is = kind::array;
  if (from.is != kind::array || index > from.children.size())
    return nullptr;
  if (index < from.children.size())
    return &from.children[index];
  bytes_ += sizeof(node);
  return &from.children.emplace_back();
}

bool gemini_arguments::set(node& at, const json::object& piece) {
  for (auto [key, value] : piece) {
    std::string_view text;
    if (key == "stringValue" && value.get(text) == simdjson::SUCCESS) {
      if (at.is != kind::fresh && at.is != kind::string)
        return false;
      at.is = kind::string;
      at.text += text;
    } else if (key == "numberValue" || key == "boolValue" || key == "nullValue") {
      bool fits = key == "nullValue" || value.is_number() || value.is_bool();
      if (at.is != kind::fresh || !fits)
        return false;
      at.is = kind::literal;
      at.text = key == "nullValue" ? "null" : json::to_text(value);
    }
  }
  return true;
}

std::string gemini_arguments::text() const {
  if (root_.is == kind::fresh)
    return "{}";
  json::writer out;
  write(root_, out);
  return out.take();
}

void gemini_arguments::write(const node& from, json::writer& out) {
  if (from.is == kind::string) {
    out.string(from.text);
  } else if (from.is == kind::literal) {
    out.raw(from.text);
  } else if (from.is == kind::fresh) {
    out.null();
  } else if (from.is == kind::array) {
    out.begin_array();
    for (const auto& child : from.children)
      write(child, out);
    out.end_array();
  } else {
    out.begin_object();
    for (const auto& child : from.children) {
      out.key(child.name);
      write(child, out);
    }
    out.end_object();
  }
}

} // namespace kodad::proto::provider
