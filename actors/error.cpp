#include "actors/error.hpp"

#include <caf/message.hpp>
#include <caf/sec.hpp>

namespace kodad::actors {

namespace {

const auto category = caf::atom("kodad");
constexpr int64_t absent = INT64_MIN;

} // namespace

caf::error to_caf(const proto::error& failure) {
  // Code 0 means "no error" to CAF.
  auto code = static_cast<uint8_t>(static_cast<uint8_t>(failure.code) + 1);
  return {code, category,
          caf::make_message(failure.context, failure.field, failure.limit.value_or(absent),
                            failure.retry_after_s.value_or(absent))};
}

proto::error from_caf(const caf::error& failure) {
  if (failure.category() != category) {
    bool late = failure == caf::sec::request_timeout;
    return proto::make_error(late ? proto::ec::timeout : proto::ec::internal,
                             late ? "an inner step did not answer in time"
                                  : "an inner step failed: " + caf::to_string(failure));
  }
  proto::error out;
  out.code = static_cast<proto::ec>(failure.code() - 1);
  const auto& rest = failure.context();
  if (!rest.match_elements<std::string, std::string, int64_t, int64_t>())
    return out;
  out.context = rest.get_as<std::string>(0);
  out.field = rest.get_as<std::string>(1);
  if (auto limit = rest.get_as<int64_t>(2); limit != absent)
    out.limit = limit;
  if (auto seconds = rest.get_as<int64_t>(3); seconds != absent)
    out.retry_after_s = seconds;
  return out;
}

} // namespace kodad::actors
