#include "http/start/listener.hpp"

#include "proto/text/nearest_word.hpp"
#include "storage/config/mask_secrets.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <future>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>
#include <thread>

namespace kodad::http {

using proto::ec;
using proto::make_error;
using proto::result;

namespace {

proto::error cannot_resolve(const std::string& host, const std::string& reason) {
  constexpr std::array<std::string_view, 1> usual{"localhost"};
  auto failure =
      make_error(ec::invalid_value, "find the address of " + storage::mask_secrets(host) + ": " +
                                        reason + proto::text::guess(host, usual));
  failure.field = "host";
  return failure;
}

/// The first address of a name, as text. @param flags AI_NUMERICHOST asks nobody.
result<std::string> look_up(const std::string& host, int flags) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | flags;
  addrinfo* found = nullptr;
  int status = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
  if (status != 0)
    return cannot_resolve(host,
                          status == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(status));
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  std::array<char, NI_MAXHOST> text{};
  status = ::getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(), nullptr, 0,
                         NI_NUMERICHOST);
  if (status != 0)
    return cannot_resolve(host, ::gai_strerror(status));
  return std::string(text.data());
}

/// In a thread of its own, which is left behind when nobody answers it.
result<std::string> ask_for(const std::string& host, std::chrono::milliseconds patience) {
  auto promised = std::make_shared<std::promise<result<std::string>>>();
  auto answer = promised->get_future();
  std::thread([promised, host] { promised->set_value(look_up(host, 0)); }).detach();
  if (answer.wait_for(patience) != std::future_status::ready)
    return cannot_resolve(host, "no name server answers");
  return answer.get();
}

} // namespace

std::string without_brackets(const std::string& host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    return host.substr(1, host.size() - 2);
  return host;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost")
    return true;
  in_addr four{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1)
    return ntohl(four.s_addr) >> 24 == 127;
  in6_addr six{};
  if (::inet_pton(AF_INET6, host.c_str(), &six) != 1)
    return false;
  return IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
}

bool lets_others_in(const std::string& given) {
  auto host = without_brackets(given);
  in6_addr any{};
  bool is_numeric = ::inet_pton(AF_INET, host.c_str(), &any) == 1 ||
                    ::inet_pton(AF_INET6, host.c_str(), &any) == 1;
  return is_numeric && !is_loopback(host);
}

result<descriptor> open_listener(const listen_address& place, std::chrono::milliseconds patience) {
  auto address = look_up(place.host, AI_NUMERICHOST);
  if (!address)
    address = ask_for(place.host, patience);
  if (!address)
    return address.failure();
  if (!place.is_open_to_others && !is_loopback(*address))
    return proto::field_error(ec::invalid_value, "host",
                              place.host + " is " + *address +
                                  ", which lets others in: configure server.tokens first");
  auto opened = listen_on(*address, place.port);
  if (opened)
    return opened;
  auto why = opened.failure();
  if (*address != place.host)
    why.context = place.host + ": " + why.context;
  // Where no port can be had, the address is at fault.
  if (!listen_on(*address, 0)) {
    why.field = "host";
    why.context += "; is it an address of this machine? 0.0.0.0 and :: stand for all of them";
  }
  return why;
}

} // namespace kodad::http
