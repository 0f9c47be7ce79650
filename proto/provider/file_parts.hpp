// FILE PARTS: how a file that a user attached, or a tool read, reaches a model: images and PDFs as
// what they are, everything else as text.
#pragma once

#include "proto/chat.hpp"

#include <string>
#include <string_view>

namespace kodad::proto::provider {

bool is_image(std::string_view mime_type);

/// Images and PDFs; other files go as `file_as_text`.
bool travels_as_file(std::string_view mime_type);

/// The type of an image or PDF as its first bytes tell it, for servers compare the two; else, and
/// of other files, the type as given.
std::string true_mime_type(const chat_part& file);

/// "data:image/png;base64,…"
std::string data_url(const chat_part& file);

/// The file's text between marks that name it, or a note that it is not text.
std::string file_as_text(const chat_part& file);

/// What a model reads in place of an image or a PDF that it does not take.
std::string untaken_file(const chat_part& file);

} // namespace kodad::proto::provider
