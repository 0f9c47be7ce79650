// RETRY-AFTER: how long a provider asks us to wait, from the headers of its answer.
#pragma once

#include "proto/provider/adapter.hpp"

namespace kodad::proto::provider {

/// The header's text; `name` in lower case.
std::optional<std::string_view> find_header(const header_list& headers, std::string_view name);

/// Milliseconds, from `retry-after-ms` or `retry-after` (seconds, or a date, which is taken against
/// the answer's own `date`, so that no clock is needed). At most a day.
std::optional<int64_t> asked_wait_ms(const header_list& headers);

/// Seconds since 1970 of "Sun, 06 Nov 1994 08:49:37 GMT".
std::optional<int64_t> read_http_date(std::string_view text);

} // namespace kodad::proto::provider
