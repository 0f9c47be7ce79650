#include "storage/config/network_section.hpp"

#include "proto/text/ascii.hpp"
#include "proto/text/nearest_word.hpp"
#include "proto/words.hpp"
#include "storage/config/certificate_file.hpp"

#include <algorithm>
#include <array>
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
  if (out.http_proxy.empty() && out.https_proxy.empty())
    from.remark("proxy", "none of HTTPS_PROXY, HTTP_PROXY and ALL_PROXY is set: there is no proxy");
  auto roots = first_of(variables, {"SSL_CERT_FILE"});
  if (roots.empty())
    return;
  out.ca_file = roots;
  if (auto fault = certificate_fault(roots); !fault.empty() && !from.has("ca_file"))
    from.warn("proxy", "takes SSL_CERT_FILE, too, and no call will trust a server: " + fault);
}

/// What somebody means by a word that is no address; empty for others.
std::string_view meant_proxy(std::string_view given) {
  constexpr std::array<std::string_view, 11> nothing{
      "off", "no", "direct", "disabled", "null", "0", "never", "nothing", "no_proxy", "false", "n"};
  constexpr std::array<std::string_view, 15> variables{
      "env", "environ", "http_proxy", "https_proxy", "all_proxy", "system", "auto", "default",
      "on",  "true",    "yes",        "enabled",     "inherit",   "1",      "y"};
  constexpr std::array<std::string_view, 2> ours{"none", "environment"};
  auto small = proto::text::to_lower(given);
  if (std::ranges::find(nothing, small) != nothing.end())
    return "none";
  if (std::ranges::find(variables, small) != variables.end())
    return "environment";
  bool is_word = small.find_first_of(".:/@") == small.npos;
  return is_word ? proto::text::nearest_word(small, ours) : "";
}

constexpr const char* proxy_wanted = "expected none, environment or an address such as "
                                     "http://host:3128";

/// Of an address, behind scheme and user.
std::string_view place_of(std::string_view proxy) {
  auto scheme = proxy.find("://");
  auto place = scheme == proxy.npos ? proxy : proxy.substr(scheme + 3);
  place = place.substr(0, place.find('/'));
  return place.substr(place.rfind('@') + 1); // 0 for none: npos and one.
}

/// Empty for none.
std::string_view port_of(std::string_view place) {
  auto colon = place.rfind(':');
  bool is_port = colon != place.npos && place.find(']', colon) == place.npos;
  return is_port ? place.substr(colon + 1) : std::string_view();
}

/// A name alone is a misspelt word more often than a host. Never repeats an address: it may hold a
/// password.
std::string proxy_fault(std::string_view proxy) {
  if (auto meant = meant_proxy(proxy); !meant.empty())
    return proxy_wanted + proto::not_this(proxy) + "; did you mean " + std::string(meant) + "?";
  auto place = place_of(proxy);
  auto port = port_of(place);
  bool is_bare = proxy.find("://") == proxy.npos && place.find('.') == place.npos && port.empty();
  bool is_number = port.find_first_not_of("0123456789") == port.npos;
  if (!port.empty() && is_number &&
      (port.size() > 5 || port[0] == '0' || std::stoi(std::string(port)) > 65'535))
    return std::string(proxy_wanted) + ", with a port from 1 to 65535";
  if (!is_bare && is_number && proto::is_proxy_address(proxy))
    return "";
  auto scheme = proxy.find("://");
  if (scheme == proxy.npos)
    return proxy_wanted;
  constexpr std::array<std::string_view, 4> schemes{"http", "https", "socks5", "socks5h"};
  if (std::ranges::find(schemes, proto::text::to_lower(proxy.substr(0, scheme))) == schemes.end())
    return std::string(proxy_wanted) + ", or one of https://, socks5:// and socks5h://";
  bool has_path = proxy.find('/', scheme + 3) != proxy.npos;
  return std::string(proxy_wanted) + (has_path ? ", without a path" : "");
}

/// Few proxies listen where curl looks for one that has no port.
void warn_of_port(section& from, std::string_view proxy) {
  auto scheme = proto::text::to_lower(proxy.substr(0, proxy.find("://")));
  bool is_usual = scheme == "https" || scheme.starts_with("socks");
  if (port_of(place_of(proxy)).empty() && !is_usual)
    from.warn("proxy", "has no port: 1080 is taken, as curl does; most proxies have 3128 or 8080");
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
    if (auto fault = proxy_fault(proxy); !fault.empty())
      from.fail("proxy", fault);
    else
      warn_of_port(from, proxy);
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
    return from.fail("ca_file", "expected an absolute path, or ~/…" + proto::not_this(roots) +
                                    "; without ca_file, the system's certificates count");
  if (auto fault = certificate_fault(roots); !fault.empty())
    from.fail("ca_file", fault);
  out.ca_file = roots;
}

} // namespace kodad::storage
