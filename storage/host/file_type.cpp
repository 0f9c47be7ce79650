#include "storage/host/file_type.hpp"

#include "proto/text/utf8.hpp"

#include <magic.h>
#include <memory>

namespace kodad::storage::host {

namespace {

struct close_cookie {
  void operator()(magic_set* cookie) const { magic_close(cookie); }
};

/// One cookie a thread: libmagic's are not to be shared.
magic_set* own_cookie() {
  thread_local std::unique_ptr<magic_set, close_cookie> cookie = [] {
    std::unique_ptr<magic_set, close_cookie> made(magic_open(MAGIC_MIME_TYPE));
    if (made && magic_load(made.get(), nullptr) != 0)
      made.reset();
    return made;
  }();
  return cookie.get();
}

bool is_text(std::string_view bytes) {
  return bytes.find('\0') == std::string_view::npos && proto::text::is_utf8(bytes);
}

} // namespace

std::string type_of_content(std::string_view bytes) {
  auto* cookie = own_cookie();
  const char* told = cookie ? magic_buffer(cookie, bytes.data(), bytes.size()) : nullptr;
  std::string out = told ? told : "application/octet-stream";
  // What is text is text, whatever it describes: SVG, JSON, scripts. What libmagic takes for text
  // in an encoding that nobody reads is none.
  if (is_text(bytes))
    return out.starts_with("text/") || out == "application/pdf" ? out : "text/plain";
  return out.starts_with("text/") ? "application/octet-stream" : out;
}

} // namespace kodad::storage::host
