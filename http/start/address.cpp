#include "http/start/address.hpp"

#include "storage/config/locations.hpp"
#include "storage/host/durable_file.hpp"

namespace kodad::http {

std::string url_of(const std::string& host, uint16_t port) {
  auto name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return "http://" + name + ":" + std::to_string(port);
}

void keep_address(const std::string& url) {
  if (auto file = storage::url_file(storage::host::own_environment())) {
    (void)storage::host::make_folders(file->substr(0, file->rfind('/'))).ok();
    (void)storage::host::write_durably(*file, url + "\n").ok();
  }
}

void forget_address() {
  if (auto file = storage::url_file(storage::host::own_environment()))
    storage::host::remove_file(*file);
}

} // namespace kodad::http
