// OBJECT SPLITTER: takes the objects out of a JSON text that streams in, cut anywhere: out of an
// array, or one after the other. Finds where each ends and checks nothing else; who parses an
// object learns whether it is one.
#pragma once

#include "proto/limits.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kodad::proto::provider {

class object_splitter {
public:
  explicit object_splitter(size_t object_bytes_max = limits::provider_event_bytes)
      : object_bytes_max_(object_bytes_max) {}

  void push(std::string_view bytes);

  /// The next whole object; the view lives until the next `push`.
  std::optional<std::string_view> next();

  /// Has an object exceeded its bound? Nothing comes after that.
  bool failed() const { return failed_; }

  /// Has an object begun that has not ended?
  bool is_open() const { return depth_ > 0; }

private:
  bool take(char c);

  size_t object_bytes_max_;
  std::string buffer_;
  size_t begin_ = 0; ///< Of the object that is open.
  size_t at_ = 0;    ///< What lies before has been looked at.
  size_t depth_ = 0; ///< 0: between objects.
  bool in_string_ = false;
  bool escaped_ = false;
  bool failed_ = false;
};

} // namespace kodad::proto::provider
