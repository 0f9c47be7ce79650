// FORMATS: which wire formats there are, and which one a configured provider speaks. The id decides
// for the vendors that everyone knows; every other provider speaks Chat Completions unless the
// configuration says which format it imitates.
#pragma once

#include "proto/provider/adapter.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace kodad::proto::provider {

enum class wire_format : uint8_t { openai_chat, openai_responses, anthropic, gemini, copilot };

/// As in the configuration's `type`.
constexpr auto words(wire_format) {
  return std::array<std::string_view, 5>{"openai-chat", "openai", "anthropic", "google",
                                         "github-copilot"};
}

/// The format of an address that ends in a format's own endpoint; nothing for others.
std::optional<wire_format> format_of_endpoint(std::string_view base_url);

/// What everyone knows of a vendor.
struct vendor {
  std::string_view id;
  wire_format format = wire_format::openai_chat;
  std::string_view base_url; ///< As the vendor's documentation gives it.
};

/// Nothing for an id that is no known vendor.
const vendor* find_vendor(std::string_view id);

std::vector<std::string_view> vendor_ids();

/// Has no state: one serves all endpoints and threads.
std::unique_ptr<adapter> make_adapter(wire_format which);

} // namespace kodad::proto::provider
