// MODEL METADATA: what a public list such as models.dev knows of models: how large they are, what
// they can, what they cost. Vendors with their models, and the rules by which a configured
// provider finds its vendor and a model its entry. Holds facts; what becomes of them is decided in
// metadata/complete.hpp.
#pragma once

#include "proto/model.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::proto {

/// One model of one vendor. Zero tokens: unknown.
struct model_facts {
  std::string name;
  int64_t context_size = 0;
  int64_t max_input_tokens = 0;
  int64_t max_output_tokens = 0;
  bool reasoning = false;
  bool tool_call = true;
  bool vision = false;
  bool pdf = false;
  bool deprecated = false;         ///< No longer offered.
  bool has_reasoning_list = false; ///< Are all ways to say how much it reasons known?
  std::vector<std::string> reasoning_efforts;
  std::optional<int64_t> reasoning_budget_min; ///< Set for all that take a budget.
  std::optional<int64_t> reasoning_budget_max;
  std::optional<cost_tier> cost; ///< From the first token on.
  std::vector<cost_tier> cost_tiers;

  bool operator==(const model_facts&) const = default;
};

/// Who offers models, at prices of their own.
struct model_vendor {
  std::string id;
  std::string name;
  std::string api;                 ///< Base URL; empty where none is listed.
  std::vector<model_facts> models; ///< Sorted by name.

  bool operator==(const model_vendor&) const = default;
};

/// An entry for a model, which need not be of the very same name.
struct model_match {
  const model_facts* facts = nullptr; ///< Lives as long as the vendor; nothing: unknown model.
  bool has_price = true;              ///< False: what it costs is not what the entry costs.
};

class model_metadata {
public:
  model_metadata() = default;

  /// Sorts vendors and models; of equals the first counts.
  explicit model_metadata(std::vector<model_vendor> vendors);

  const std::vector<model_vendor>& vendors() const { return vendors_; }
  size_t model_count() const;

  /// The vendor with this id or, failing that, with the id that this one is short for.
  const model_vendor* named(std::string_view id) const;

  /// The vendor behind a configured provider: the one of its id, unless the address is known as
  /// another's; for other ids the one at the address. A proxy on this machine is nobody's address.
  const model_vendor* behind(std::string_view provider_id, std::string_view base_url) const;

  bool operator==(const model_metadata&) const = default;

private:
  const model_vendor* hosting(std::string_view base_url) const;

  std::vector<model_vendor> vendors_;
};

/// Does the address belong to the vendor itself? Without an address the vendor's own is meant.
bool is_address_of(const model_vendor& who, std::string_view base_url);

/// Finds a model by name: as it stands, else without "models/" before and ":latest" or "-latest"
/// behind, else without its date, else with the newest date there is. "x:free" without an entry of
/// its own is like "x", but not at the price of "x".
model_match find_model(const model_vendor& of, std::string_view name);

} // namespace kodad::proto
