// ADDRESS: where a running kodad tells other programs how it is reached: one small file. Several
// hosts of one user share it: the last to start is in it, and each removes only what is its own.
#pragma once

#include "proto/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace kodad::http {

/// An IPv6 address gets its brackets.
std::string url_of(const std::string& host, uint16_t port);

class address_file {
public:
  /// @param path Nothing: tell nobody.
  explicit address_file(std::optional<std::string> path);

  /// Replaces what is there, at once or not at all. Creates the file's folder, but not those above:
  /// they are the system's to make.
  proto::result<void> write(const std::string& url);

  /// Removes the file if it still holds what `write` put there. Call it while the port is held:
  /// then nobody else can have written the same.
  void remove();

private:
  bool is_ours(const std::string& path) const;
  std::string private_path() const;

  std::optional<std::string> path_;
  std::string content_;
};

} // namespace kodad::http
