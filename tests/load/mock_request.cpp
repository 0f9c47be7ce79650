#include "tests/load/mock_request.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace kodad::load {

namespace {

constexpr size_t request_bytes_max = 16 * 1024 * 1024;

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lowered;
}

size_t length_of(const std::string& head) {
  constexpr std::string_view name = "\r\ncontent-length: ";
  size_t at = head.find(name);
  size_t length = 0;
  if (at != std::string::npos)
    std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
  return length;
}

// A string_view looks at every quote of a text that is full of them.
size_t find(std::string_view in, std::string_view what, size_t from = 0) {
  const void* at = ::memmem(in.data() + from, in.size() - from, what.data(), what.size());
  return at == nullptr ? std::string_view::npos
                       : static_cast<size_t>(static_cast<const char*>(at) - in.data());
}

// Either spacing: `"key":value` and `"key": value`.
bool has(std::string_view body, const std::string& key, const std::string& value) {
  return find(body, "\"" + key + "\":" + value) != std::string_view::npos ||
         find(body, "\"" + key + "\": " + value) != std::string_view::npos;
}

// Those behind the last user's message.
size_t count_tool_results(std::string_view body) {
  constexpr std::string_view user = R"("role":"user")";
  constexpr std::string_view tool = R"("role":"tool")";
  size_t last_user = find(body, user);
  size_t next_user = last_user;
  for (; next_user != std::string_view::npos; next_user = find(body, user, next_user + user.size()))
    last_user = next_user;
  size_t count = 0;
  for (size_t at = find(body, tool, last_user == std::string_view::npos ? 0 : last_user);
       at != std::string_view::npos; at = find(body, tool, at + tool.size()))
    ++count;
  return count;
}

} // namespace

mock_request_reader::state mock_request_reader::find_chunked_end(size_t body_at, std::string& body,
                                                                 size_t& end) const {
  size_t at = body_at;
  while (true) {
    size_t line_end = unread_.find("\r\n", at);
    if (line_end == std::string::npos)
      return state::more;
    size_t size = 0;
    auto [stop, failure] =
        std::from_chars(unread_.data() + at, unread_.data() + line_end, size, 16);
    if (failure != std::errc{} || size > request_bytes_max)
      return state::broken;
    at = line_end + 2;
    if (unread_.size() < at + size + 2)
      return state::more;
    body.append(unread_, at, size);
    at += size + 2;
    end = at;
    if (size == 0)
      return state::whole;
  }
}

mock_request_reader::state mock_request_reader::next(mock_request& to) {
  if (unread_.size() > request_bytes_max)
    return state::broken;
  size_t head_end = unread_.find("\r\n\r\n");
  if (head_end == std::string::npos)
    return state::more;
  std::string head = lower(std::string_view(unread_).substr(0, head_end));
  size_t end = head_end + 4;
  std::string gathered;
  std::string_view body;
  if (head.find("\r\ntransfer-encoding: chunked") != std::string::npos) {
    if (state found = find_chunked_end(end, gathered, end); found != state::whole)
      return found;
    body = gathered;
  } else {
    size_t length = length_of(head);
    if (length > request_bytes_max)
      return state::broken;
    if (unread_.size() < end + length)
      return state::more;
    body = std::string_view(unread_).substr(end, length);
    end += length;
  }
  size_t path_at = unread_.find(' ') + 1;
  size_t path_end = unread_.find(' ', path_at);
  to.method = unread_.substr(0, path_at - 1);
  to.path = unread_.substr(path_at, std::min(path_end, head_end) - path_at);
  to.wants_stream = has(body, "stream", "true");
  to.offers_tools = has(body, "tools", "[");
  to.tool_results = count_tool_results(body);
  unread_.erase(0, end);
  return state::whole;
}

} // namespace kodad::load
