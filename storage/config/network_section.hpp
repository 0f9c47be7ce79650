// NETWORK SECTION: `proxy` and `ca_file`, which hold for all outgoing calls or for one provider.
#pragma once

#include "proto/network.hpp"
#include "storage/config/yaml_section.hpp"

namespace kodad::storage {

/// Reads both keys over what `out` has already. `proxy` is an address, `none`, or `environment`:
/// then the usual variables count, SSL_CERT_FILE among them. What is wrong goes to the findings,
/// without the address, which may hold a secret.
void read_network(section& from, const host::environment& variables, proto::network_config& out);

} // namespace kodad::storage
