#include "http/client/exchange.hpp"

#include "proto/limits.hpp"
#include "proto/provider/base_url.hpp"
#include "proto/text/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace kodad::http {

namespace limits = proto::limits;
using proto::ec;
using proto::make_error;

namespace {

// curl's smallest buffer for sending.
constexpr long send_buffer_bytes = 16 * 1024;

// For receiving; each open call holds one. Enough for some fifty chunks of a model's stream at
// once: what is read together is shown together.
constexpr long receive_buffer_bytes = 8 * 1024;

// Bytes gathered beyond this go to the listener within the wake-up, which bounds the memory.
constexpr size_t gathered_bytes_max = 256 * 1024;

// Smaller bodies are not worth a second look at the handle.
constexpr size_t kept_body_bytes = 4 * 1024;

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  return text;
}

bool breaks_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

/// Of the two kinds of SOCKS 5 the one whose server looks the names up: libcurl would wait.
std::string with_remote_names(std::string_view proxy) {
  constexpr std::string_view local = "socks5://";
  if (proto::text::to_lower(proxy.substr(0, local.size())) == local)
    return "socks5h://" + std::string(proxy.substr(local.size()));
  return std::string(proxy);
}

/// "HTTP/1.1 200 OK" → 200
int status_of(std::string_view line) {
  auto space = line.find(' ');
  if (space == std::string_view::npos)
    return 0;
  auto digits = line.substr(space + 1, 3);
  int status = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), status);
  return status;
}

bool means_no_connection(CURLcode code) {
  switch (code) {
  case CURLE_UNSUPPORTED_PROTOCOL:
  case CURLE_URL_MALFORMAT:
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_CONNECT:
  case CURLE_OPERATION_TIMEDOUT: // We give curl no other deadline than the one for connecting.
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_PROXY:
    return true;
  default:
    return false;
  }
}

} // namespace

exchange::exchange(start_command start, CURL* easy, wake_up& current)
    : key_(start.key), request_(std::move(start.request)), listener_(std::move(start.listener)),
      easy_(easy), current_(current), started_(steady::now()) {}

exchange::~exchange() {
  curl_slist_free_all(lines_);
  curl_slist_free_all(addresses_);
}

proto::result<void> exchange::prepare(const client_options& options, CURLSH* share) {
  if (breaks_line(request_.url) || breaks_line(request_.method))
    return make_error(ec::provider_down, "call a provider: the URL holds a line break");
  if (auto added = add_headers(); !added)
    return added;
  curl_easy_setopt(easy_, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, lines_);
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &exchange::on_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &exchange::on_body);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  set_method();
  proxy_ = with_remote_names(proxy_for(options, request_.url));
  set_connection(options, share);
  peer_ = peer_name_of(request_.url, proxy_);
  return {};
}

void exchange::use(const std::vector<std::string>& addresses) {
  awaits_address_ = false;
  auto line = "+" + peer_.host + ":" + peer_.port;
  for (const auto& each : addresses) {
    line += line.size() == peer_.host.size() + peer_.port.size() + 2 ? ":" : ",";
    line += each.find(':') == std::string::npos ? each : "[" + each + "]";
  }
  addresses_ = curl_slist_append(nullptr, line.c_str());
  curl_easy_setopt(easy_, CURLOPT_RESOLVE, addresses_);
  // The lookup is part of connecting.
  auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - started_);
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS,
                   std::max(1L, static_cast<long>((request_.connect_deadline - spent).count())));
}

proto::result<void> exchange::add_headers() {
  bool typed = false;
  for (const auto& [name, text] : request_.headers) {
    if (breaks_line(name) || breaks_line(text))
      return make_error(ec::provider_down, "call " + host() + ": a header holds a line break");
    auto low = proto::text::to_lower(name);
    if (low == "accept-encoding") {
      curl_easy_setopt(easy_, CURLOPT_ACCEPT_ENCODING, text.c_str());
      continue;
    }
    typed = typed || low == "content-type";
    // A semicolon is curl's way to send a header without a value.
    auto line = text.empty() ? name + ";" : name + ": " + text;
    lines_ = curl_slist_append(lines_, line.c_str());
  }
  if (!typed)
    lines_ = curl_slist_append(lines_, "Content-Type:"); // Else curl claims to send a form.
  lines_ = curl_slist_append(lines_, "Expect:"); // Waiting for "100 Continue" costs a second.
  return {};
}

void exchange::set_method() {
  const auto& method = request_.method;
  if (method == "HEAD")
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  else if (method == "POST" || !request_.body.empty())
    curl_easy_setopt(easy_, CURLOPT_POST, 1L);
  if (method != "GET" && method != "POST" && method != "HEAD")
    curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, method.c_str());
  if (method != "POST" && request_.body.empty())
    return;
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(request_.body.size()));
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.c_str());
}

void exchange::set_connection(const client_options& options, CURLSH* share) {
  curl_easy_setopt(easy_, CURLOPT_SHARE, share);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, receive_buffer_bytes);
  curl_easy_setopt(easy_, CURLOPT_UPLOAD_BUFFERSIZE, send_buffer_bytes);
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  // CURLOPT_PIPEWAIT stays off: with it libcurl 7.88 keeps calls to a plain HTTP/1.1 host waiting
  // for each other, and 300 calls at once to an HTTP/2 host work without it.
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, "kodad/" KODAD_VERSION);
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS,
                   std::max(1L, static_cast<long>(request_.connect_deadline.count())));
  // Addresses are ours to find, for libcurl waits for its own lookups when a call is cancelled.
  // What it was given must not expire under it, and where it looks up all the same it shall not
  // wait.
  curl_easy_setopt(easy_, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
  curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);
  // Empty strings switch the variables of the environment off as well.
  curl_easy_setopt(easy_, CURLOPT_PROXY, proxy_.c_str());
  curl_easy_setopt(easy_, CURLOPT_NOPROXY, "");
  if (options.ca_file.empty())
    return;
  curl_easy_setopt(easy_, CURLOPT_CAINFO, options.ca_file.c_str());
  curl_easy_setopt(easy_, CURLOPT_PROXY_CAINFO, options.ca_file.c_str());
}

steady::time_point exchange::deadline() const {
  if (awaits_address_)
    return started_ + std::min(request_.connect_deadline, request_.total_deadline);
  auto silence =
      last_byte_ ? *last_byte_ + request_.idle_deadline : started_ + request_.first_byte_deadline;
  return std::min(silence, started_ + request_.total_deadline);
}

steady::time_point exchange::next_look(steady::time_point now) const {
  // A first byte may replace a far deadline by one that is an idle time away.
  return last_byte_ ? deadline() : std::min(deadline(), now + request_.idle_deadline);
}

size_t exchange::on_header(char* bytes, size_t size, size_t count, void* self) {
  auto& me = *static_cast<exchange*>(self);
  me.last_byte_ = me.current_.now;
  return me.take_header({bytes, size * count}) ? size * count : 0;
}

size_t exchange::on_body(char* bytes, size_t size, size_t count, void* self) {
  auto& me = *static_cast<exchange*>(self);
  me.last_byte_ = me.current_.now;
  if (me.gathered_.empty())
    me.current_.with_data.push_back(&me);
  me.gathered_.append(bytes, size * count);
  if (me.gathered_.size() >= gathered_bytes_max)
    me.flush(); // Stays listed; flushing nothing is harmless.
  return size * count;
}

bool exchange::take_header(std::string_view line) {
  if (head_told_)
    return true; // A trailer.
  head_bytes_ += line.size();
  if (head_bytes_ > limits::head_bytes)
    return false;
  if (line.starts_with("HTTP/")) {
    status_ = status_of(line);
    head_.clear();
    return true;
  }
  auto text = trim(line);
  if (text.empty()) {
    if (status_ >= 200) // Below lie the interim answers.
      finish_head();
    return true;
  }
  auto colon = text.find(':');
  if (colon != std::string_view::npos)
    head_.emplace_back(proto::text::to_lower(trim(text.substr(0, colon))),
                       std::string(trim(text.substr(colon + 1))));
  return true;
}

void exchange::finish_head() {
  head_told_ = true;
  drop_sent_body();
  listener_->head(status_, std::move(head_));
  head_ = {};
}

void exchange::drop_sent_body() {
  // A conversation can be megabytes long and its answer minutes. Curl would read the body again
  // only to repeat a request that got no byte of an answer.
  curl_off_t sent = 0;
  if (request_.body.size() <= kept_body_bytes ||
      curl_easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &sent) != CURLE_OK ||
      sent < static_cast<curl_off_t>(request_.body.size()))
    return;
  std::string().swap(request_.body);
}

void exchange::flush() {
  if (gathered_.empty())
    return;
  std::string bytes;
  bytes.swap(gathered_);
  listener_->data(std::move(bytes));
}

void exchange::end(CURLcode code) {
  if (code == CURLE_OK)
    end_with(std::nullopt);
  else
    end_with(failure_of(code));
}

void exchange::end_with(std::optional<proto::error> failure) {
  flush();
  listener_->end(std::move(failure));
  listener_.reset();
}

proto::error exchange::nameless(const std::string& why) const {
  return make_error(ec::provider_down,
                    "call " + host() + ": look up the address of " + peer_.host + ": " + why);
}

proto::error exchange::silence() const {
  if (awaits_address_)
    return nameless("no answer within " + std::to_string(request_.connect_deadline.count()) +
                    " ms; does the name server work?");
  if (current_.now >= started_ + request_.total_deadline)
    return make_error(ec::stream_stalled, "call " + host() + ": the answer took longer than " +
                                              std::to_string(request_.total_deadline.count()) +
                                              " ms");
  auto waited = last_byte_ ? request_.idle_deadline : request_.first_byte_deadline;
  auto what = last_byte_ ? ": the answer went silent for " : ": no answer within ";
  return make_error(ec::stream_stalled,
                    "call " + host() + what + std::to_string(waited.count()) + " ms");
}

/// What a proxy said in place of letting the call through; nothing if it did.
std::optional<proto::error> exchange::refusal_of_proxy() const {
  long status = 0;
  if (proxy_.empty() || curl_easy_getinfo(easy_, CURLINFO_HTTP_CONNECTCODE, &status) != CURLE_OK ||
      status < 300)
    return std::nullopt;
  auto who = "call " + host() + ": the proxy " + proto::provider::host_of(proxy_);
  if (status == 407) // Asking again does not help.
    return make_error(ec::provider_auth, who + " does not take the configured credentials (407)");
  return make_error(ec::provider_down, who + " answered " + std::to_string(status));
}

proto::error exchange::failure_of(CURLcode code) const {
  if (auto refusal = code == CURLE_OK ? std::nullopt : refusal_of_proxy())
    return *refusal;
  auto why = head_bytes_ > limits::head_bytes ? std::string("the answer's head is too large")
                                              : proto::text::to_lower(curl_easy_strerror(code));
  auto kind = means_no_connection(code) ? ec::provider_down : ec::stream_cut;
  return make_error(kind, "call " + host() + ": " + why);
}

std::string exchange::host() const {
  std::string_view url = request_.url;
  if (auto scheme = url.find("://"); scheme != std::string_view::npos)
    url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (auto user = url.rfind('@'); user != std::string_view::npos)
    url.remove_prefix(user + 1);
  return std::string(url);
}

} // namespace kodad::http
