#include "proto/provider/file_parts.hpp"

#include "proto/text/base64.hpp"
#include "proto/text/utf8.hpp"

namespace kodad::proto::provider {

bool is_image(std::string_view mime_type) {
  return mime_type.starts_with("image/");
}

bool travels_as_file(std::string_view mime_type) {
  // SVG is text, and no model's eyes read it.
  return (is_image(mime_type) && mime_type != "image/svg+xml") || mime_type == "application/pdf";
}

std::string data_url(const chat_part& file) {
  return "data:" + file.mime_type + ";base64," + text::to_base64(file.text);
}

std::string file_as_text(const chat_part& file) {
  auto name = file.name.empty() ? std::string("unnamed") : file.name;
  if (!text::is_utf8(file.text) || file.text.find('\0') != std::string::npos)
    return "[The file " + name + " (" + file.mime_type + ") cannot be shown as text.]";
  return "<file name=\"" + name + "\">\n" + file.text + "\n</file>";
}

} // namespace kodad::proto::provider
