#include "storage/record.hpp"

namespace kodad::storage {

using proto::ec;
using proto::make_error;

proto::result<std::string_view> body_of(std::string_view value) {
  if (value.empty())
    return make_error(ec::storage_failed, "the value is empty");
  if (value[0] == value_version)
    return value.substr(1);
  auto version = std::to_string(static_cast<uint8_t>(value[0]));
  return make_error(ec::storage_failed,
                    "version " + version + " is newer than this kodad, which reads 1");
}

proto::error unreadable(table where, const proto::error& why) {
  auto context = "read a value of table " + std::string(table_names[static_cast<size_t>(where)]);
  context += ": " + why.context;
  if (!why.field.empty())
    context += " (" + why.field + ")";
  return make_error(ec::storage_failed, std::move(context));
}

} // namespace kodad::storage
