#include "storage/config/server_section.hpp"

#include "storage/config/api_key.hpp"
#include "storage/config/web_address.hpp"

#include <algorithm>
#include <limits>

namespace kodad::storage {

namespace {

void warn_of_twins(section& from, std::string_view key, const std::vector<std::string>& all) {
  for (size_t at = 0; at < all.size(); ++at)
    if (std::find(all.begin(), all.begin() + static_cast<ptrdiff_t>(at), all[at]) !=
        all.begin() + static_cast<ptrdiff_t>(at))
      from.warn_entry(key, at, "the same stands twice");
}

void read_door(section& from, proto::server_config& out) {
  from.read("hosts", out.hosts);
  for (size_t at = 0; at < out.hosts.size(); ++at)
    if (auto fault = host_header_fault(out.hosts[at]); !fault.empty())
      from.fail_entry("hosts", at, fault + proto::not_this(out.hosts[at]));
  for (size_t at = 0; at < out.hosts.size(); ++at)
    if (auto doubt = host_header_doubt(out.hosts[at]); !doubt.empty())
      from.remark_entry("hosts", at, doubt);
  warn_of_twins(from, "hosts", out.hosts);
  from.read("origins", out.origins);
  for (size_t at = 0; at < out.origins.size(); ++at)
    if (auto fault = origin_fault(out.origins[at]); !fault.empty())
      from.fail_entry("origins", at, fault + proto::not_this(out.origins[at]));
  warn_of_twins(from, "origins", out.origins);
}

void read_tokens(section& from, proto::server_config& out) {
  from.read("tokens", out.tokens, expansion::filled_variables);
  for (size_t at = 0; at < out.tokens.size(); ++at) {
    out.tokens[at] = without_blanks(out.tokens[at]);
    if (auto fault = token_fault(out.tokens[at]); !fault.empty())
      from.fail_entry("tokens", at, fault);
  }
  warn_of_twins(from, "tokens", out.tokens);
  if (out.tokens.empty() && from.has("tokens") && !from.is_unreadable("tokens") &&
      !from.found().has_failed("server.tokens"))
    from.remark("tokens", "is empty: it is as if it were not there, and requests need no token");
}

} // namespace

void read_server(section from, proto::server_config& out) {
  constexpr int64_t gigabyte = int64_t{1} << 30;
  from.read_count("port", out.port, {0, std::numeric_limits<uint16_t>::max()});
  from.read("host", out.host);
  if (auto fault = listen_host_fault(out.host); !fault.empty())
    from.fail("host", fault + proto::not_this(out.host));
  read_door(from, out);
  read_tokens(from, out);
  from.read_count("max_body_bytes", out.max_body_bytes, {1024, gigabyte, "bytes"});
  from.read_count("event_retention_turns", out.event_retention_turns, {1, 10'000});
  from.read_count("subscriber_buffer_bytes", out.subscriber_buffer_bytes,
                  {64 * 1024, gigabyte, "bytes"});
  from.finish();
}

} // namespace kodad::storage
