// The OUTGOING HTTP CLIENT: actors::http_client on libcurl's multi interface. One thread holds all
// exchanges: epoll watches the sockets, curl_multi_socket_action moves what is ready (half the CPU
// of curl_multi_poll, which looks at every socket each time), and what one wake-up brought for an
// exchange reaches its listener as one call.
//
// Follows no redirects, keeps no cookies, ignores the proxy variables of the environment, speaks
// http and https only and puts no bound on the number of connections to one host.
#pragma once

#include "actors/ports.hpp"
#include "proto/network.hpp"
#include "proto/result.hpp"

namespace kodad::http {

/// Its CA file is trusted beside the system's roots. Names of hosts behind a proxy are the proxy's
/// to look up.
using client_options = proto::network_config;

/// Starts the client's thread. The client's destructor ends every exchange with `cancelled` and
/// joins the thread; it must not run on that thread, so a listener may not own the client.
///
/// A header named `accept-encoding` asks for compression, and the body then arrives decompressed;
/// without it none is asked for, because some servers buffer what they compress.
///
/// Fails with `internal` when the system gives no descriptors, and with `invalid_value` when the CA
/// file cannot be read.
proto::result<std::unique_ptr<actors::http_client>> start_client(client_options options);

} // namespace kodad::http
