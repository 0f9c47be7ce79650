#include "actors/provider/governor.hpp"

#include <algorithm>
#include <cmath>

namespace kodad::actors {

namespace {

constexpr int64_t minute_ms = 60'000;
constexpr int64_t patience_ms = 250; ///< A refusal is rarely slower; then silence is consent.
constexpr size_t accepted_max = 8192;
constexpr int64_t first_pause_ms = 1000;
constexpr int64_t longest_pause_ms = 30'000;
constexpr int64_t longest_overload_ms = 8000; ///< Each waiting call has its own attempts besides.
constexpr double safety = 0.9;                ///< Of the rate that a provider took last.
constexpr double slowest_per_s = 1.0 / 60;
constexpr int64_t raise_after_ms = 5000;
constexpr double first_raise = 0.05; ///< Doubles with every raise that goes well.
constexpr int64_t least_budget_wait_ms = 1000;

int64_t doubled(int64_t first, int times, int64_t longest) {
  return std::min(longest, first << std::min(times, 16));
}

} // namespace

// --- budgets ---------------------------------------------------------------------------------

void governor::budget::tell(int64_t now, const proto::provider::rate_budget& told,
                            double in_flight) {
  if (!told.limit || !told.remaining || *told.limit <= 0)
    return;
  is_known = true;
  limit = static_cast<double>(*told.limit);
  auto remaining = std::clamp(static_cast<double>(*told.remaining), 0.0, limit);
  auto reset = static_cast<double>(std::max<int64_t>(told.reset_ms.value_or(minute_ms), 1));
  // Providers tell when the budget would be full again: the rate at which it fills follows. A full
  // one tells no rate; its period is a minute unless it says more.
  per_ms = remaining < limit ? (limit - remaining) / reset : limit / minute_ms;
  level = remaining - in_flight; // Those under way are not counted yet.
  full_at = now + static_cast<int64_t>(reset);
  counted_at = now;
}

int64_t governor::budget::wait_ms(int64_t now, double amount) {
  if (!is_known)
    return 0;
  level = std::min(limit, level + per_ms * static_cast<double>(now - counted_at));
  counted_at = now;
  auto wanted = std::min(amount, limit); // What exceeds the limit can only wait for all of it.
  if (level >= wanted)
    return 0;
  auto wait = static_cast<int64_t>(std::ceil((wanted - level) / per_ms));
  // Where the budget comes back all at once, an early try would be refused.
  auto period_end = std::clamp<int64_t>(full_at - now, 1, least_budget_wait_ms);
  return std::clamp<int64_t>(std::max(wait, period_end), 1, 2 * minute_ms);
}

void governor::budget::take(double amount) {
  if (is_known)
    level -= amount;
}

// --- what happens ----------------------------------------------------------------------------

call_pass governor::start(int64_t now, int64_t tokens) {
  if (unanswered_ == 0)
    news_at_ = now;
  ++running_;
  ++unanswered_;
  requests_.take(1);
  tokens_.take(static_cast<double>(tokens));
  if (pace_per_s_)
    next_slot_ = std::max(now, next_slot_) + static_cast<int64_t>(1000 / *pace_per_s_);
  return {now, false};
}

void governor::heard(call_pass& call, int64_t now, bool accepted,
                     const proto::provider::rate_limits& told) {
  if (!std::exchange(call.is_answered, true))
    --unanswered_;
  if (told != proto::provider::rate_limits{})
    told_ = told;
  requests_.tell(now, told.requests, static_cast<double>(unanswered_));
  tokens_.tell(now, told.tokens, 0);
  if (!accepted)
    return;
  window_ = static_cast<double>(proving_window(now)) + 1;
  news_at_ = now;
  if (call.started_ms > refused_at_)
    fruitless_ = 0;
  accepted_.push_back(call.started_ms);
  while (accepted_.size() > accepted_max || accepted_.front() < now - 2 * minute_ms)
    accepted_.pop_front();
}

void governor::ended(call_pass& call, int64_t now) {
  --running_;
  if (!std::exchange(call.is_answered, true)) {
    --unanswered_;
    news_at_ = now;
  }
}

void governor::refused(const call_pass& call, int64_t now, trouble what,
                       std::optional<int64_t> retry_after_ms) {
  bool is_new = call.started_ms >= refused_at_ || refused_at_ == 0;
  if (is_new && now >= pause_until_)
    ++fruitless_;
  auto longest = what == trouble::limited ? longest_pause_ms : longest_overload_ms;
  auto pause = retry_after_ms.value_or(doubled(first_pause_ms, fruitless_ - 1, longest));
  if (is_new || retry_after_ms)
    pause_until_ = std::max(pause_until_, now + pause);
  if (what == trouble::overloaded || !is_new)
    return;
  refused_at_ = now;
  // After a pause some try; when that bore no fruit either, a single one does.
  window_ = std::min(window_, is_refusing() ? 1.0 : 4.0);
  pace_is_due_ = !requests_.is_known;
}

bool governor::is_refusing() const {
  return fruitless_ >= 2;
}

int64_t governor::pause_ms(int64_t now) const {
  return std::max<int64_t>(0, pause_until_ - now);
}

// --- when the next may start -----------------------------------------------------------------

size_t governor::proving_window(int64_t now) const {
  auto quiet = unanswered_ == 0 ? 0 : std::clamp<int64_t>((now - news_at_) / patience_ms, 0, 16);
  auto grown = window_ * static_cast<double>(1 << quiet);
  return static_cast<size_t>(std::min(grown, static_cast<double>(streams_max_)));
}

void governor::begin_pace() {
  pace_is_due_ = false;
  // The longer nothing was accepted, the longer the time to judge the rate by.
  constexpr int64_t spans[] = {1000, 10'000, minute_ms};
  auto span = spans[std::clamp(fruitless_ - 1, 0, 2)];
  auto count = std::ranges::count_if(
      accepted_, [this, span](int64_t at) { return at > refused_at_ - span && at <= refused_at_; });
  if (count == 0 && !pace_per_s_)
    return; // Nothing is known of its rate: the pauses must do.
  auto rate = safety * static_cast<double>(count) * 1000 / static_cast<double>(span);
  if (pace_per_s_)
    rate = count == 0 ? *pace_per_s_ / 2 : std::min(rate, *pace_per_s_ * safety);
  pace_per_s_ = std::max(rate, slowest_per_s);
  raise_ = first_raise;
  next_slot_ = 0;
}

void governor::catch_up(int64_t now) {
  if (now < pause_until_)
    return;
  if (pace_is_due_) {
    begin_pace();
    raised_at_ = now;
  }
  if (!pace_per_s_ || now - raised_at_ < raise_after_ms)
    return;
  *pace_per_s_ *= 1 + raise_;
  raise_ = std::min(1.0, raise_ * 2);
  raised_at_ = now;
  // A pace at which all streams could start within a second holds nobody back.
  if (*pace_per_s_ > static_cast<double>(streams_max_))
    pace_per_s_.reset();
}

governor::verdict governor::judge(int64_t now, int64_t tokens) {
  catch_up(now);
  if (auto pause = pause_ms(now); pause > 0)
    return {hold::pause, pause};
  if (running_ >= streams_max_)
    return {hold::streams, 0};
  auto budget_wait =
      std::max(requests_.wait_ms(now, 1), tokens_.wait_ms(now, static_cast<double>(tokens)));
  if (budget_wait > 0)
    return {hold::budget, budget_wait};
  if (pace_per_s_ && next_slot_ > now)
    return {hold::pace, next_slot_ - now};
  if (!requests_.is_known && unanswered_ >= proving_window(now))
    return {hold::proving, patience_ms - (now - news_at_) % patience_ms};
  return {};
}

governor_report governor::report(int64_t now) {
  auto next = judge(now, 0);
  return {next.by, next.wait_ms, told_, pace_per_s_};
}

} // namespace kodad::actors
