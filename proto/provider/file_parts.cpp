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

std::string true_mime_type(const chat_part& file) {
  if (!is_image(file.mime_type) && file.mime_type != "application/pdf")
    return file.mime_type;
  std::string_view bytes = file.text;
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"))
    return "image/png";
  if (bytes.starts_with("\xff\xd8\xff"))
    return "image/jpeg";
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a"))
    return "image/gif";
  if (bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP")
    return "image/webp";
  if (bytes.starts_with("%PDF-"))
    return "application/pdf";
  return file.mime_type == "image/jpg" ? "image/jpeg" : file.mime_type;
}

std::string data_url(const chat_part& file) {
  return "data:" + file.mime_type + ";base64," + text::to_base64(file.text);
}

namespace {

std::string name_of(const chat_part& file) {
  return file.name.empty() ? std::string("unnamed") : file.name;
}

} // namespace

std::string file_as_text(const chat_part& file) {
  auto name = name_of(file);
  if (!text::is_utf8(file.text) || file.text.find('\0') != std::string::npos)
    return "[The file " + name + " (" + file.mime_type + ") cannot be shown as text.]";
  return "<file name=\"" + name + "\">\n" + file.text + "\n</file>";
}

std::string untaken_file(const chat_part& file) {
  bool image = is_image(file.mime_type);
  return (image ? "[The image " : "[The file ") + name_of(file) + " (" + file.mime_type +
         ") is left out: this model " + (image ? "sees no images.]" : "reads no PDFs.]");
}

} // namespace kodad::proto::provider
