#include "proto/public_text.hpp"

#include <array>

namespace kodad::proto {

namespace {

struct public_row {
  ec code;
  std::string_view text;
};

constexpr std::array public_rows = {
    public_row{ec::host_full, "the host is full, try again later"},
    public_row{ec::draining, "the host is shutting down"},
    public_row{ec::storage_full, "the host has no room left to keep this"},
    public_row{ec::storage_failed, "the host could not read or write its storage: it is full, or "
                                   "something in it is damaged or missing; its log says what"},
    public_row{ec::timeout, "the host did not answer in time"},
    public_row{ec::internal, "the request failed inside the host"},
};

} // namespace

std::optional<std::string_view> public_text(ec code) {
  for (const auto& row : public_rows)
    if (row.code == code)
      return row.text;
  return std::nullopt;
}

std::string_view sentence_for_client(const error& failure) {
  if (auto text = public_text(failure.code); text && failure.field.empty())
    return *text;
  return failure.context.empty() ? to_word(failure.code) : std::string_view(failure.context);
}

} // namespace kodad::proto
