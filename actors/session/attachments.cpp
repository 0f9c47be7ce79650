#include "actors/session/attachments.hpp"

#include "proto/limits.hpp"
#include "proto/text/ascii.hpp"
#include "proto/text/base64.hpp"
#include "proto/text/control_signs.hpp"
#include "storage/host/file_type.hpp"
#include "storage/host/folder.hpp"

#include <algorithm>
#include <array>

namespace kodad::actors {

namespace limits = proto::limits;
namespace host = storage::host;
using proto::ec;
using proto::result;

namespace {

/// The images that all providers take.
constexpr std::array<std::string_view, 4> images{"image/png", "image/jpeg", "image/gif",
                                                 "image/webp"};

/// One attachment, and how an error names it.
struct entry {
  const proto::attachment& given;
  std::string field;

  proto::error fail(std::string_view part, std::string why) const {
    return proto::field_error(ec::invalid_value, field + std::string(part), std::move(why));
  }
};

std::string kind_of(std::string_view mime_type) {
  return std::string(mime_type.substr(0, mime_type.find('/')));
}

bool is_text(std::string_view mime_type) {
  return mime_type.starts_with("text/");
}

/// "image/png" of "image/png; charset=binary", in lower case.
std::string bare_type(std::string_view declared) {
  std::string out(declared.substr(0, declared.find(';')));
  while (!out.empty() && out.back() == ' ')
    out.pop_back();
  return proto::text::to_lower(out);
}

/// Two words of RFC 9110 with a slash between them.
bool is_media_type(std::string_view text) {
  auto slash = text.find('/');
  auto is_word = [](std::string_view word) {
    static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !word.empty() && std::ranges::all_of(word, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
             marks.find(c) != std::string_view::npos;
    });
  };
  return slash != std::string_view::npos && is_word(text.substr(0, slash)) &&
         is_word(text.substr(slash + 1));
}

/// Does the declared type say something else than the bytes do? Text types are all alike, and
/// "application/octet-stream" says nothing; what is text may be declared by its language
/// ("application/json").
bool contradicts(const std::string& declared, const std::string& found) {
  if (declared.empty() || declared == found || declared == "application/octet-stream")
    return false;
  if (is_text(found))
    return declared.starts_with("image/") ? declared != "image/svg+xml"
                                          : declared == "application/pdf";
  return true;
}

result<std::string> read_inline(const entry& from) {
  auto bytes = proto::text::from_base64(*from.given.data);
  if (!bytes)
    return from.fail(".data", "expected base64");
  return std::move(*bytes);
}

/// From the workspace, or by an absolute path from a folder that the configuration allows.
result<host::file_content> read_below(const load_attachments& wish, const entry& from) {
  std::vector<std::string> roots{wish.workspace};
  if (from.given.path.starts_with('/'))
    roots.insert(roots.end(), wish.allowed.begin(), wish.allowed.end());
  proto::error why = from.fail(".path", "lies outside of the workspace");
  for (const auto& root : roots) {
    auto folder = host::open_real_folder(root);
    if (!folder)
      continue;
    auto path = folder->relative_path(from.given.path);
    if (!path)
      continue;
    auto content = folder->read_file(*path, limits::attachment_bytes);
    if (content)
      return content;
    why = from.fail(".path", content.failure().context);
  }
  return why;
}

result<std::string> read_path(const load_attachments& wish, const entry& from) {
  auto content = read_below(wish, from);
  if (!content)
    return content.failure();
  if (content->status.size > content->bytes.size()) {
    auto why = from.fail(".path", "the file is too large");
    why.limit = static_cast<int64_t>(limits::attachment_bytes);
    return why;
  }
  return std::move(content->bytes);
}

result<std::string> read_bytes(const load_attachments& wish, const entry& from) {
  bool has_path = !from.given.path.empty();
  if (has_path == from.given.data.has_value())
    return from.fail("", "expected either path or data");
  auto bytes = has_path ? read_path(wish, from) : read_inline(from);
  if (bytes && bytes->empty())
    return from.fail(has_path ? ".path" : ".data", "the file is empty");
  return bytes;
}

/// Can the model do anything with it?
result<void> check_ability(const load_attachments& wish, const entry& from,
                           const std::string& type) {
  if (is_text(type))
    return {};
  if (type == "application/pdf") {
    if (!wish.model.pdf)
      return from.fail("", "the model " + wish.model.id.text + " takes no PDF");
    return {};
  }
  if (kind_of(type) != "image")
    return from.fail("", "files of type " + type + " are not taken");
  if (std::ranges::find(images, type) == images.end())
    return from.fail("", "images of type " + type + " are not taken; PNG, JPEG, GIF, WebP are");
  if (!wish.model.vision)
    return from.fail("", "the model " + wish.model.id.text + " takes no images");
  return {};
}

std::string name_of_file(const proto::attachment& given) {
  if (!given.name.empty())
    return given.name;
  auto slash = given.path.rfind('/');
  auto name = slash == std::string::npos ? given.path : given.path.substr(slash + 1);
  return name.empty() ? "attachment" : proto::text::show_controls(std::move(name));
}

result<proto::part_record> load_one(const load_attachments& wish, const entry& from) {
  auto declared = bare_type(from.given.mime_type);
  if (!from.given.mime_type.empty() && !is_media_type(declared))
    return from.fail(".mime_type", "expected a media type such as text/plain or image/png");
  auto bytes = read_bytes(wish, from);
  if (!bytes)
    return bytes.failure();
  auto type = host::type_of_content(*bytes);
  if (contradicts(declared, type))
    return from.fail(".mime_type", "declared as " + declared + ", but it is " + type);
  if (auto fine = check_ability(wish, from, type); !fine)
    return fine.failure();
  proto::part_record out;
  out.shown.type = proto::part_type::file;
  out.shown.name = name_of_file(from.given);
  out.shown.mime_type = is_text(type) && !declared.empty() ? declared : type;
  out.shown.size = static_cast<int64_t>(bytes->size());
  out.content = std::move(*bytes);
  return out;
}

} // namespace

result<loaded_attachments> load_files(const load_attachments& wish) {
  auto files = std::make_shared<std::vector<proto::part_record>>();
  size_t bytes = 0;
  for (size_t i = 0; i < wish.wanted.size(); ++i) {
    entry from{wish.wanted[i], "attachments[" + std::to_string(i) + "]"};
    auto loaded = load_one(wish, from);
    if (!loaded)
      return loaded.failure();
    bytes += loaded->content.size();
    if (bytes > limits::attachments_bytes) {
      auto why = from.fail("", "the attachments are too large together");
      why.limit = static_cast<int64_t>(limits::attachments_bytes);
      return why;
    }
    files->push_back(std::move(*loaded));
  }
  return loaded_attachments{std::move(files)};
}

} // namespace kodad::actors
