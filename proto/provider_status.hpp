// PROVIDER STATUS: how the configured providers are doing, as GET /config tells it.
#pragma once

#include "proto/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kodad::proto {

/// How busy a provider is, and what holds its calls back.
struct provider_traffic {
  int64_t running = 0; ///< Calls under way.
  int64_t waiting = 0; ///< Calls that wait for their start.
  std::string held_by; ///< "none", "streams", "proving", "budget", "pause" or "pace".
  int64_t wait_ms = 0; ///< Until the next call may start, as far as it is known.
  std::optional<int64_t> requests_limit; ///< As the provider told last.
  std::optional<int64_t> requests_remaining;
  std::optional<int64_t> tokens_limit;
  std::optional<int64_t> tokens_remaining;
  std::optional<double> pace_per_s; ///< Calls a second, learned from refusals.

  static constexpr auto fields() {
    return std::tuple(
        field("running", &provider_traffic::running), field("waiting", &provider_traffic::waiting),
        field("held_by", &provider_traffic::held_by), field("wait_ms", &provider_traffic::wait_ms),
        field("requests_limit", &provider_traffic::requests_limit),
        field("requests_remaining", &provider_traffic::requests_remaining),
        field("tokens_limit", &provider_traffic::tokens_limit),
        field("tokens_remaining", &provider_traffic::tokens_remaining),
        field("pace_per_s", &provider_traffic::pace_per_s));
  }
};

/// To a provider: tell how busy it is.
struct watch_provider {
  static constexpr auto fields() { return std::tuple<>(); }
};

struct provider_status {
  std::string id;
  std::string name;
  bool active = false;
  int64_t model_count = 0;
  std::optional<std::string> error;
  std::optional<provider_traffic> traffic;

  static constexpr auto fields() {
    return std::tuple(field("id", &provider_status::id), field("name", &provider_status::name),
                      field("active", &provider_status::active),
                      field("model_count", &provider_status::model_count),
                      field("error", &provider_status::error),
                      field("traffic", &provider_status::traffic));
  }
};

struct list_providers {
  static constexpr auto fields() { return std::tuple<>(); }
};
struct provider_list {
  std::vector<provider_status> providers;

  static constexpr auto fields() {
    return std::tuple(field("$providers", &provider_list::providers));
  }
};

} // namespace kodad::proto
