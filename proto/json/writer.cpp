#include "proto/json/writer.hpp"

#include "proto/text/utf8.hpp"

#include <cmath>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace kodad::proto::json {

struct writer::impl {
  /// A text is begun some ten times a message, each time with three pieces of memory: the last
  /// ones of this thread serve again, unless they have become large.
  static std::unique_ptr<impl>& spare() {
    static thread_local std::unique_ptr<impl> one;
    return one;
  }

  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> out{buffer};

  void clear() {
    buffer.Clear();
    out.Reset(buffer);
  }

  void put(std::string_view text) {
    out.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
};

writer::writer() : impl_(std::move(impl::spare())) {
  if (!impl_)
    impl_ = std::make_unique<impl>();
}

writer::~writer() {
  constexpr size_t spare_bytes = 64 * 1024;
  if (impl_->buffer.stack_.GetCapacity() > spare_bytes)
    return;
  impl_->clear();
  impl::spare() = std::move(impl_);
}

writer& writer::begin_object() {
  impl_->out.StartObject();
  return *this;
}

writer& writer::end_object() {
  impl_->out.EndObject();
  return *this;
}

writer& writer::begin_array() {
  impl_->out.StartArray();
  return *this;
}

writer& writer::end_array() {
  impl_->out.EndArray();
  return *this;
}

writer& writer::key(std::string_view name) {
  return string(name);
}

writer& writer::string(std::string_view text) {
  if (text::is_utf8(text))
    impl_->put(text);
  else
    impl_->put(text::to_valid_utf8(text));
  return *this;
}

writer& writer::integer(int64_t number) {
  impl_->out.Int64(number);
  return *this;
}

writer& writer::number(double number) {
  // RapidJSON leaves a hole in the text when asked for NaN or infinity.
  if (!std::isfinite(number))
    return null();
  impl_->out.Double(number);
  return *this;
}

writer& writer::boolean(bool truth) {
  impl_->out.Bool(truth);
  return *this;
}

writer& writer::null() {
  impl_->out.Null();
  return *this;
}

writer& writer::raw(std::string_view text) {
  impl_->out.RawValue(text.data(), text.size(), rapidjson::kObjectType);
  return *this;
}

std::string writer::take() {
  std::string text(impl_->buffer.GetString(), impl_->buffer.GetSize());
  impl_->clear();
  return text;
}

std::string quote(std::string_view text) {
  return writer().string(text).take();
}

std::string escape(std::string_view text) {
  auto quoted = quote(text);
  return quoted.substr(1, quoted.size() - 2);
}

} // namespace kodad::proto::json
