// CLASSIFYING failed calls, for all wire formats: from a status, headers and a complaint to one of
// our codes, and whether trying again makes sense. `classify_error` (adapter.hpp) lives here too.
#pragma once

#include "proto/provider/adapter.hpp"
#include "proto/provider/complaint.hpp"

namespace kodad::proto::provider {

/// An answer whose status is not 2xx.
///
/// 401 and 403: provider_auth. 402, and a spent budget at any status: quota_exceeded. 429:
/// rate_limited. 503, 529: provider_overloaded. 408, 409, other 5xx: provider_failed. A
/// conversation too long: context_overflow. Other statuses: provider_refused; a 404 still leaves
/// another model, a 400 or 422 a plainer request. `x-should-retry` has the last word on trying
/// again.
call_failure classify_answer(int status, const header_list& headers, std::string_view body);

/// What a code means for whoever made the call, where nothing more is known.
remedy remedy_of(ec code);

/// An error that came inside a stream that began well.
error classify_frame(const complaint& said);

} // namespace kodad::proto::provider
