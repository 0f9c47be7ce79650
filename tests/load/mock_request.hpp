// Reads the requests a provider gets, from any split of bytes: head and body by length or in
// chunks. Bodies are searched as text, not parsed: the mock needs to know little of them and must
// leave the processors to the server it serves.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kodad::load {

struct mock_request {
  std::string method;
  std::string path;
  bool wants_stream = false;
  bool offers_tools = false;
  size_t tool_results = 0; ///< Since the last message of the user.
};

class mock_request_reader {
public:
  enum class state { more, whole, broken };

  void feed(std::string_view bytes) { unread_.append(bytes); }

  /// Takes the next whole request off what was fed.
  state next(mock_request& to);

private:
  state find_chunked_end(size_t body_at, std::string& body, size_t& end) const;

  std::string unread_;
};

} // namespace kodad::load
