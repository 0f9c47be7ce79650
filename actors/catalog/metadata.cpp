#include "actors/catalog/metadata.hpp"

#include <caf/send.hpp>

namespace kodad::actors {

namespace limits = proto::limits;

namespace {

constexpr int64_t day_ms = 24 * 3600 * 1000;

std::string find_header(const header_list& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (key == name)
      return value;
  return {};
}

} // namespace

template <class Work>
void metadata_state::hand_to_shelf(Work work, void (metadata_state::*done)(metadata_on_shelf&)) {
  self->request(options.open_shelf(), limits::metadata_deadline, std::move(work))
      .then([this, done](metadata_on_shelf& found) { (this->*done)(found); },
            [this](const caf::error& why) { failed(from_caf(why).context); });
}

void metadata_state::load() {
  hand_to_shelf(take_from_shelf{}, &metadata_state::loaded);
}

void metadata_state::loaded(metadata_on_shelf& found) {
  known_ = std::move(found.known);
  cached_ = std::move(found.cached);
  conclude(false);
  look_at_age();
}

void metadata_state::kept(metadata_on_shelf& fresh) {
  known_ = std::move(fresh.known);
  // A copy that could not be written is not asked about again before its time.
  cached_ = fresh.cached ? std::move(fresh.cached) : cached_copy{options.url, "", options.now()};
  failure_ = std::move(fresh.failure);
  was_asked_ = true;
  conclude(true);
}

/// Whatever was under way has failed; what was known before stays.
void metadata_state::failed(std::string why) {
  bool was_loading = at_ == stage::loading;
  if (was_loading)
    known_ = std::make_shared<const proto::model_metadata>();
  failure_ = std::move(why);
  conclude(false);
  if (was_loading)
    look_at_age();
}

void metadata_state::listen(const metadata_listener_actor& listener) {
  listeners_.push_back(listener);
  if (known_)
    self->send(listener, now_known(false));
}

metadata_state::promise metadata_state::get() {
  auto out = self->make_response_promise<metadata_changed>();
  if (known_)
    out.deliver(now_known(false));
  else
    wanting_any_.push_back(out);
  return out;
}

metadata_state::promise metadata_state::refresh() {
  auto out = self->make_response_promise<metadata_changed>();
  wanting_fresh_.push_back(out);
  if (at_ == stage::idle)
    ask();
  return out;
}

/// The age of the copy counts, not that of the snapshot: that one has fewer vendors.
bool metadata_state::is_due() const {
  if (options.url.empty())
    return false;
  if (!cached_ || cached_->url != options.url)
    return true;
  if (options.refresh_days == 0)
    return !was_asked_;
  auto age_ms = options.now().ms - cached_->checked_at.ms;
  return age_ms < 0 || age_ms > options.refresh_days * day_ms; // Below 0: the clock was set.
}

/// Looks again later: a host runs for longer than its metadata lasts. A failure is tried again
/// then, too.
void metadata_state::look_at_age() {
  if (options.url.empty())
    return;
  if (at_ == stage::idle && is_due())
    ask();
  self->delayed_send(self, limits::metadata_look, caf::tick_atom_v);
}

void metadata_state::ask() {
  if (options.url.empty())
    return conclude(false);
  at_ = stage::downloading;
  answer_ = {};
  http_request request;
  request.url = options.url;
  request.headers = {{"accept", "application/json"}, {"accept-encoding", "gzip"}};
  if (cached_ && cached_->url == options.url && !cached_->etag.empty())
    request.headers.emplace_back("if-none-match", cached_->etag);
  request.connect_deadline = limits::connect_deadline;
  request.first_byte_deadline = limits::model_list_deadline;
  request.idle_deadline = limits::model_list_deadline;
  auto wake = [me = metadata_actor(self)] { caf::anon_send(me, caf::update_atom_v); };
  inbox_ = std::make_shared<http_inbox>(limits::metadata_bytes, wake);
  exchange_ = options.client->start(std::move(request), inbox_);
  self->delayed_send(self, limits::metadata_deadline, caf::timeout_atom_v, ++download_);
}

void metadata_state::expire(uint64_t download) {
  if (at_ == stage::downloading && download == download_)
    give_up("the answer takes too long");
}

void metadata_state::give_up(std::string why) {
  if (!answer_.given_up.empty())
    return;
  answer_.given_up = std::move(why);
  options.client->cancel(exchange_); // The end still comes.
}

void metadata_state::take_in() {
  if (!inbox_)
    return;
  auto news = inbox_->take();
  if (news.status) {
    answer_.status = *news.status;
    answer_.etag = find_header(news.headers, "etag");
  }
  if (news.overflowed || answer_.body.size() + news.bytes.size() > limits::metadata_bytes)
    give_up("the answer has more than " + std::to_string(limits::metadata_bytes) + " bytes");
  if (answer_.given_up.empty())
    answer_.body += news.bytes;
  if (!news.ended)
    return;
  inbox_.reset();
  answer_.failure = std::move(news.failure);
  judge();
}

void metadata_state::judge() {
  auto got = std::exchange(answer_, {});
  at_ = stage::keeping;
  if (!got.given_up.empty())
    return failed(std::move(got.given_up));
  if (got.failure)
    return failed(got.failure->context);
  if (got.status == 304 && cached_)
    return hand_to_shelf(renew_on_shelf{options.now()}, &metadata_state::kept);
  if (got.status != 200)
    return failed("status " + std::to_string(got.status));
  hand_to_shelf(put_on_shelf{options.url, got.etag, options.now(), std::move(got.body)},
                &metadata_state::kept);
}

/// Tells everybody who waits. A refresh that was asked for while loading begins now.
void metadata_state::conclude(bool was_refreshed) {
  bool was_loading = std::exchange(at_, stage::idle) == stage::loading;
  tell();
  for (auto& one : std::exchange(wanting_any_, {}))
    one.deliver(now_known(false));
  if (was_loading && !wanting_fresh_.empty() && !options.url.empty())
    return ask();
  for (auto& one : std::exchange(wanting_fresh_, {}))
    one.deliver(now_known(was_refreshed));
}

void metadata_state::tell() {
  for (const auto& listener : listeners_)
    self->send(listener, now_known(false));
}

metadata_changed metadata_state::now_known(bool was_refreshed) const {
  return {known_, failure_, was_refreshed};
}

metadata_actor::behavior_type metadata(metadata_actor::stateful_pointer<metadata_state> self,
                                       metadata_options options) {
  self->state.options = std::move(options);
  self->state.load();
  return {
      [self](const listen_to_metadata& who) { self->state.listen(who.listener); },
      [self](const get_metadata&) { return self->state.get(); },
      [self](const refresh_metadata&) { return self->state.refresh(); },
      [self](caf::update_atom) { self->state.take_in(); },
      [self](caf::tick_atom) { self->state.look_at_age(); },
      [self](caf::timeout_atom, uint64_t download) { self->state.expire(download); },
  };
}

} // namespace kodad::actors
