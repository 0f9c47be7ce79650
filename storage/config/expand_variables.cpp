#include "storage/config/expand_variables.hpp"

namespace kodad::storage {

proto::result<std::string> expand_variables(std::string_view text,
                                            const host::environment& variables) {
  std::string out;
  for (;;) {
    auto start = text.find("${");
    out += text.substr(0, start);
    if (start == std::string_view::npos)
      return out;
    auto end = text.find('}', start);
    if (end == std::string_view::npos)
      return proto::make_error(proto::ec::invalid_value, "expected a } after ${");
    std::string name(text.substr(start + 2, end - start - 2));
    auto value = variables(name);
    if (!value)
      return proto::make_error(proto::ec::invalid_value,
                               "expected the environment variable " + name + " to be set");
    out += *value;
    text.remove_prefix(end + 1);
  }
}

} // namespace kodad::storage
