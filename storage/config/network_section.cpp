#include "storage/config/network_section.hpp"

#include "proto/words.hpp"
#include "storage/host/path.hpp"

#include <initializer_list>

namespace kodad::storage {

namespace {

using proto::network_config;

/// The first of the variables that is set to something.
std::string first_of(const host::environment& variables, std::initializer_list<const char*> names) {
  for (const auto* name : names)
    if (auto value = variables(name); value && !value->empty())
      return *value;
  return {};
}

void read_environment(section& from, const host::environment& variables, network_config& out) {
  auto for_all = first_of(variables, {"all_proxy", "ALL_PROXY"});
  out.https_proxy = first_of(variables, {"https_proxy", "HTTPS_PROXY"});
  out.http_proxy = first_of(variables, {"http_proxy", "HTTP_PROXY"});
  if (out.https_proxy.empty())
    out.https_proxy = for_all;
  if (out.http_proxy.empty())
    out.http_proxy = for_all;
  out.past_proxy = proto::read_past_proxy(first_of(variables, {"no_proxy", "NO_PROXY"}));
  for (const auto* proxy : {&out.https_proxy, &out.http_proxy})
    if (!proxy->empty() && !proto::is_proxy_address(*proxy))
      from.fail("proxy", "expected the variables HTTPS_PROXY, HTTP_PROXY and ALL_PROXY to hold "
                         "addresses such as http://host:3128");
  if (auto roots = first_of(variables, {"SSL_CERT_FILE"}); !roots.empty())
    out.ca_file = roots;
}

} // namespace

void read_network(section& from, const host::environment& variables, network_config& out) {
  std::string proxy;
  from.describe("proxy", "`none`, `environment` or an address", "none");
  from.read("proxy", proxy, expansion::variables);
  if (proxy == "environment") {
    read_environment(from, variables, out);
  } else if (proxy == "none") {
    out.http_proxy.clear();
    out.https_proxy.clear();
  } else if (!proxy.empty()) {
    if (!proto::is_proxy_address(proxy))
      from.fail("proxy", "expected none, environment or an address such as http://host:3128");
    out.http_proxy = proxy;
    out.https_proxy = proxy;
    out.past_proxy.clear();
  }
  std::string roots;
  from.describe("ca_file", "an absolute path, or ~/…", "");
  from.read("ca_file", roots, expansion::variables);
  for (auto key : {"proxy", "ca_file"})
    if (from.has(key) && (key == std::string_view("proxy") ? proxy : roots).empty())
      from.warn(key, "is empty: it is as if it were not there");
  if (roots.empty())
    return;
  if (roots.starts_with("~/"))
    roots = variables("HOME").value_or("") + roots.substr(1);
  if (!roots.starts_with('/'))
    return from.fail("ca_file", "expected an absolute path, or ~/…" + proto::not_this(roots));
  if (auto seen = host::look_at(roots); seen.kind == host::path_kind::folder)
    from.fail("ca_file", "expected a file of certificates; " + roots + " is a folder");
  else if (seen.kind == host::path_kind::nothing)
    from.fail("ca_file", "expected a file that can be read; " + roots + ": " + seen.failure);
  out.ca_file = roots;
}

} // namespace kodad::storage
