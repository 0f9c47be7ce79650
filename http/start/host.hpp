// HOST: the parts of a running kodad and how they are made, joined and stopped. Decides nothing
// that a session would notice; what was wrong comes back as one line.
#pragma once

#include "actors/root/root.hpp"
#include "http/gateway/gateway_server.hpp"
#include "http/routes.hpp"
#include "http/start/settings.hpp"
#include "storage/database.hpp"
#include "storage/host/process_host.hpp"

#include <memory>

namespace kodad::http {

/// In the order in which they are made; they go in reverse.
struct host {
  start_settings settings;
  std::unique_ptr<storage::database> database;
  std::shared_ptr<storage::host::process_host> processes;
  std::shared_ptr<actors::http_client> client;
  std::shared_ptr<host_facts> facts = std::make_shared<host_facts>();
  std::shared_ptr<http::desk> desk = std::make_shared<http::desk>();
  std::unique_ptr<gateway_server> gateway;
  std::unique_ptr<actors::root> root;
  std::string url;
};

/// Opens what needs the system. @pre The process has no second thread yet.
proto::result<void> open_parts(host& all);

/// Spawns the actors and starts the gateway; `all.url` is known from then on.
proto::result<void> open_door(host& all);

/// No new work; what is under way is kept; streams end; then the process goes at once. All that
/// was acknowledged is on disk and the spawner ends every child when we are gone, so that taking
/// the host apart would only be a way to hang.
[[noreturn]] void stop(host& all);

} // namespace kodad::http
