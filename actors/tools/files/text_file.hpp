// TEXT FILE: a file's bytes as the text that a model reads, and back. A byte-order mark, the
// encoding and the ends of lines belong to the file: a model neither sees nor changes them. Pure.
#pragma once

#include "proto/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::actors {

enum class text_encoding : uint8_t {
  utf8,
  utf16_little,
  utf16_big,
  latin1, ///< Windows-1252, which is Latin-1 where that has letters.
  broken, ///< UTF-8 but for some bytes; the text then has them as they are.
};

struct text_file {
  text_encoding encoding = text_encoding::utf8;
  bool has_mark = false; ///< Begins with a byte-order mark, which is not part of `text`.
  std::string text;      ///< UTF-8, lines ending as they do in the file.
};

/// Nothing when the bytes are no text.
std::optional<text_file> decode_text(std::string_view bytes);

/// The bytes of a file like `as` with another text. Fails with `tool_failed` when its encoding has
/// no sign for something in the text.
proto::result<std::string> encode_text(const text_file& as, const std::string& text);

/// What a reader should know of the encoding; empty for plain UTF-8.
std::string encoding_note(const text_file& file);

/// The text with every line ending in a line feed.
std::string with_line_feeds(std::string_view text);

/// A new whole content with the ends that the lines had in `before`: those of the same line where
/// it is still there, else the most usual ones. A content that has carriage returns itself stays
/// as it is, unless all lines of `before` have them.
std::string with_ends_of(std::string_view before, std::string_view content);

/// What came of an edit.
struct edit_outcome {
  std::string text;          ///< The new text.
  std::vector<size_t> lines; ///< Where what was looked for begins, from 1.
};

struct edit_wish {
  std::string from;
  std::string to;
  size_t first_line = 1; ///< The lines within which to look.
  size_t last_line = SIZE_MAX;
};

/// Replaces every occurrence, whatever the ends of lines in it; untouched lines keep theirs, new
/// ones end like those whose place they take. @pre `from` is not empty.
edit_outcome edit_text(std::string_view before, const edit_wish& wish);

} // namespace kodad::actors
