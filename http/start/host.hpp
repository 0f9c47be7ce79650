// HOST: the parts of a running kodad and how they are made, joined and stopped. What cannot be made
// comes back as one line, and the process then leaves without taking the rest apart.
#pragma once

#include "actors/root/root.hpp"
#include "http/gateway/gateway_server.hpp"
#include "http/gateway/socket.hpp"
#include "http/routes.hpp"
#include "http/start/address.hpp"
#include "http/start/settings.hpp"
#include "storage/database.hpp"
#include "storage/host/process_host.hpp"

#include <memory>

namespace kodad::http {

/// In the order in which they are made. Lasts until the process is gone; see exit.hpp.
struct host {
  start_settings settings;
  descriptor listener; ///< Given to the gateway once all else is there.
  std::shared_ptr<storage::host::process_host> processes;
  /// One for each set of rules that outgoing calls go by; the first goes by the house's.
  std::vector<std::pair<proto::network_config, std::shared_ptr<actors::http_client>>> clients;
  std::unique_ptr<storage::database> database;
  std::shared_ptr<host_facts> facts = std::make_shared<host_facts>();
  std::shared_ptr<http::desk> desk = std::make_shared<http::desk>();
  std::unique_ptr<gateway_server> gateway;
  std::unique_ptr<actors::root> root;
  std::string url;
};

/// Binds the address: the first thing that others can see, and the cheapest to fail at.
proto::result<void> open_address(host& all);

/// Opens what needs the system; the state last, so that what fails before leaves it alone.
proto::result<void> open_parts(host& all);

/// Spawns the actors, lets turns that were cut off go on, and starts to accept.
proto::result<void> open_door(host& all);

/// No new work; what is under way is kept; streams end; then the process goes.
[[noreturn]] void stop(host& all, address_file& address);

} // namespace kodad::http
