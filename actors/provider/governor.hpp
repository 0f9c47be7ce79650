// GOVERNOR: when the next call to a provider may start, for all sessions together. Pure: told the
// time and what became of calls, it answers how long the next one must wait.
//
// Five things hold a call back, the longest wait counts:
// - streams: as many calls run as the configuration allows;
// - proving: of a provider whose limits are unknown, only some calls at a time may be without an
//   answer. Each answer lets one more through, so that a burst doubles per round trip instead of
//   running into a limit as a whole; a provider that is merely slow to answer opens it by time;
// - budget: what the provider's headers tell of requests and tokens, counted down until they tell
//   again;
// - pause: after a refusal (429) or an overload nobody calls until the provider's time is over;
// - pace: after a refusal by a provider that tells no limits, the rate that it had taken before is
//   kept, evenly spaced, and tried to be raised a little from time to time.
#pragma once

#include "proto/provider/rate_limits.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

namespace kodad::actors {

enum class hold : uint8_t { none, streams, proving, budget, pause, pace };

/// Of a governor, for people.
struct governor_report {
  hold holds = hold::none; ///< What the next call would wait for.
  int64_t wait_ms = 0;     ///< How long, as far as it is known.
  proto::provider::rate_limits told;
  std::optional<double> pace_per_s;
};

/// Of one call that runs; kept by whoever runs it.
struct call_pass {
  int64_t started_ms = 0;
  bool is_answered = false;
};

class governor {
public:
  /// All times are milliseconds of one steady clock.
  struct verdict {
    hold by = hold::none;
    int64_t wait_ms = 0; ///< When to ask again; without a time (0) once a call ends.
    bool may_start() const { return by == hold::none; }
  };

  governor() = default;

  /// @param first_burst How many calls may be without an answer while nothing is known.
  governor(size_t streams_max, size_t first_burst)
      : streams_max_(streams_max), window_(static_cast<double>(first_burst)) {}

  /// @param tokens About how long the call's prompt is.
  verdict judge(int64_t now, int64_t tokens);

  call_pass start(int64_t now, int64_t tokens);

  /// The head of an answer has come. @param accepted Its status was 2xx.
  void heard(call_pass& call, int64_t now, bool accepted, const proto::provider::rate_limits& told);

  void ended(call_pass& call, int64_t now);

  /// The provider refused a call, or the whole provider is overloaded.
  enum class trouble : uint8_t { limited, overloaded };
  void refused(const call_pass& call, int64_t now, trouble what,
               std::optional<int64_t> retry_after_ms);

  /// Does the provider refuse everything: did not even those pass that called after a pause?
  bool is_refusing() const;

  /// How long nobody may call; 0 when there is no pause.
  int64_t pause_ms(int64_t now) const;

  governor_report report(int64_t now);

private:
  /// A bound that the provider tells, as we count it down between its answers.
  struct budget {
    bool is_known = false;
    double limit = 0;
    double level = 0;
    double per_ms = 0;   // How fast it fills up.
    int64_t full_at = 0; // When the period is over.
    int64_t counted_at = 0;

    void tell(int64_t now, const proto::provider::rate_budget& told, double in_flight);
    int64_t wait_ms(int64_t now, double amount);
    void take(double amount);
  };

  void catch_up(int64_t now);
  void begin_pace();
  size_t proving_window(int64_t now) const;

  size_t streams_max_ = 0;
  size_t running_ = 0;
  size_t unanswered_ = 0;
  double window_ = 1;
  int64_t news_at_ = 0;
  budget requests_;
  budget tokens_;
  proto::provider::rate_limits told_;

  int64_t pause_until_ = 0;
  int64_t refused_at_ = 0; // Of the episode: what started before belongs to it.
  int fruitless_ = 0;      // Episodes since a call was last accepted.
  bool pace_is_due_ = false;
  std::optional<double> pace_per_s_;
  double raise_ = 0;
  int64_t raised_at_ = 0;
  int64_t next_slot_ = 0;
  std::deque<int64_t> accepted_; // When the accepted calls of the last minute started.
};

} // namespace kodad::actors
