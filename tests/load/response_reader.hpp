// Reads HTTP/1.1 responses from any split of bytes: head, then a body by length, in chunks or until
// the connection ends. Bodies are handed on piece by piece and never kept, because streams have no
// end. It trusts its server's heads as far as a tester may: malformed ones are reported, not
// repaired.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kodad::load {

class response_listener {
public:
  virtual void on_head(int status) = 0;
  virtual void on_body(std::string_view piece) = 0;
  virtual void on_end() = 0;

protected:
  ~response_listener() = default;
};

class response_reader {
public:
  /// Reads on; false when the bytes are no HTTP response.
  bool feed(std::string_view bytes, response_listener& to);

  /// The connection ended; true when that is a proper end of the body being read.
  bool close(response_listener& to);

private:
  enum class part { head, length, chunk_size, chunk, chunk_end, trailer, until_close };

  bool read_line(std::string_view& bytes);
  bool read_head(std::string_view& bytes, response_listener& to);
  bool read_head_field(std::string_view line);
  bool begin_body(response_listener& to);
  bool read_chunk_line(std::string_view& bytes, response_listener& to);
  void read_body(std::string_view& bytes, response_listener& to);
  void finish(response_listener& to);

  part part_ = part::head;
  std::string line_;
  int status_ = 0;
  bool chunked_ = false;
  int64_t left_ = -1; ///< Bytes of the body or chunk still to come; -1: unknown.
};

} // namespace kodad::load
