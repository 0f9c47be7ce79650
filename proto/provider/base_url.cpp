#include "proto/provider/base_url.hpp"

#include "proto/text/ascii.hpp"

namespace kodad::proto::provider {

namespace {

std::string_view after_scheme(std::string_view url) {
  auto scheme = url.find("://");
  return scheme == std::string_view::npos ? url : url.substr(scheme + 3);
}

/// Is there a segment like "v1", "v4" or "v1beta"?
bool has_version(std::string_view path) {
  for (auto at = path.find("/v"); at != std::string_view::npos; at = path.find("/v", at + 1))
    if (at + 2 < path.size() && path[at + 2] >= '0' && path[at + 2] <= '9')
      return true;
  return false;
}

} // namespace

std::string_view endpoint_of(std::string_view base) {
  base = base.substr(0, base.find('?'));
  while (base.ends_with('/'))
    base.remove_suffix(1);
  auto rest = after_scheme(base);
  for (std::string_view path : {"/chat/completions", "/messages", "/responses"})
    if (rest.size() > path.size() && rest.ends_with(path))
      return path;
  return {};
}

std::string call_url(std::string_view base, std::string_view version, std::string_view path) {
  auto query_at = base.find('?');
  auto query = query_at == std::string_view::npos ? std::string_view() : base.substr(query_at);
  base = base.substr(0, query_at);
  while (base.ends_with('/'))
    base.remove_suffix(1);
  auto endpoint = endpoint_of(base);
  base.remove_suffix(endpoint.size());
  std::string url(base);
  auto rest = after_scheme(base);
  auto slash = rest.find('/');
  bool complete =
      !endpoint.empty() || (slash != std::string_view::npos && has_version(rest.substr(slash)));
  if (!complete)
    url.append(version);
  return url.append(path).append(query);
}

std::string host_of(std::string_view url) {
  auto host = after_scheme(url);
  host = host.substr(0, host.find_first_of("/?#"));
  if (auto user = host.rfind('@'); user != std::string_view::npos)
    host.remove_prefix(user + 1);
  if (host.starts_with('['))
    host = host.substr(0, host.find(']') + 1);
  else
    host = host.substr(0, host.find(':'));
  return text::to_lower(host);
}

bool is_within(std::string_view host, std::string_view domain) {
  if (!host.ends_with(domain))
    return false;
  return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
}

} // namespace kodad::proto::provider
