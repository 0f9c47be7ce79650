// A RAW CLIENT: one TCP connection to the gateway, bytes in and out. Every wait has a deadline that
// is generous enough never to matter when all is well. A body in chunks comes without their
// framing.
#pragma once

#include "http/gateway/socket.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace kodad::http {

struct raw_reply {
  int status = 0; ///< 0 when the connection ended without one.
  std::string head;
  std::string body;

  /// The value of a header, "" when absent. @param name As the server spells it.
  std::string header(std::string_view name) const;
};

class raw_client {
public:
  /// @param receive_bytes The size of the receive buffer, 0 for the system's.
  explicit raw_client(uint16_t port, int receive_bytes = 0);

  /// False when the peer has reset the connection.
  bool send(std::string_view bytes);

  /// One whole response; stays ready for the next. @param head_only For answers to HEAD.
  enum class expected : uint8_t { with_body, head_only };
  raw_reply read_reply(expected shape = expected::with_body);

  /// Reads until `mark` has come, and returns all up to its end; what came before the connection
  /// ended when it does not come.
  std::string read_until(std::string_view mark);

  /// All until the connection ends, or a body in chunks.
  std::string read_to_end();

  /// Did a body in chunks end with its last chunk, and not just with the connection?
  bool saw_last_chunk() const { return saw_last_chunk_; }

  /// Has the peer ended the connection? Waits for it up to the deadline.
  bool sees_end();

  void end_sending();
  void close() { socket_.reset(); }
  int fd() const { return socket_.get(); }

private:
  bool receive();
  void take(std::string_view bytes);
  void take_chunks(std::string_view bytes);

  descriptor socket_;
  std::string received_;
  bool is_chunked_ = false;
  bool saw_last_chunk_ = false;
  bool is_last_chunk_ = false;
  std::string chunk_line_; ///< As far as it is here.
  size_t chunk_left_ = 0;  ///< With the line break behind it.
};

/// "GET PATH HTTP/1.1" with a fitting Host, and `more` header lines with their CR LF.
std::string get(uint16_t port, std::string_view path, std::string_view more = "");

/// "POST PATH HTTP/1.1" with a JSON body.
std::string post(uint16_t port, std::string_view path, std::string_view body);

} // namespace kodad::http
