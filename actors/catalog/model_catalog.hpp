// The MODEL CATALOG actor. Interface: actors/interfaces.hpp. Owns the list of models of all
// configured providers. Knows the configured ones at once and asks for the rest in the background:
// a slow or broken provider delays nothing and takes no other's models away. What a provider
// offered last stays while it cannot be asked; in place of a vendor that has never answered its
// models of the metadata stand. All models are completed by the metadata.
#pragma once

#include "actors/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace kodad::actors {

/// One configured provider.
struct catalog_entry {
  std::string id;
  std::string name;
  provider_actor provider;
  std::vector<proto::model> configured; ///< Known without asking.
  bool is_fixed = false;                ///< Never offers anything else: nothing to refresh.
  std::string base_url{};               ///< Its address; empty for the vendor's own.
  bool has_key = false;                 ///< Are there credentials for it?
};

struct model_catalog_state {
  explicit model_catalog_state(model_catalog_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "model_catalog";

  /// Asks all providers, unless that is under way.
  void ask_all();
  caf::typed_response_promise<proto::model_list> refresh();
  proto::model_list list(const proto::page_wish& wish) const;
  proto::provider_list providers() const;
  caf::typed_response_promise<proto::provider_list> watch_providers();
  void listen(const catalog_listener_actor& listener);
  void forget_listener(const caf::actor_addr& gone);
  void take_metadata(const metadata_changed& now);

  model_catalog_actor::pointer self;
  metadata_actor metadata; ///< May be missing.

  struct known_provider {
    catalog_entry entry;
    std::vector<proto::model> models;     ///< As configured and offered.
    std::optional<std::string> failure{}; ///< Of the last time it was asked.
    bool has_offered = false;             ///< Has it ever answered?
    int64_t shown = 0;                    ///< How many models the list has of it.
  };
  std::vector<known_provider> known; ///< Sorted by id.

private:
  friend model_catalog_actor::behavior_type
      model_catalog(model_catalog_actor::stateful_pointer<model_catalog_state>,
                    std::vector<catalog_entry>, metadata_actor);

  void ask_metadata();
  void answered(size_t place, proto::model_list offered);
  void failed(size_t place, std::string why);
  void one_less();
  void merge();
  std::vector<proto::model> complete_models(const known_provider& of) const;
  std::vector<proto::provider_failure> failures() const;

  std::shared_ptr<const std::vector<proto::model>> models_;
  std::vector<catalog_listener_actor> listeners_;
  std::vector<caf::typed_response_promise<proto::model_list>> waiting_; // For the round's end.
  size_t unanswered_ = 0;                                               // Of the round under way.
  std::shared_ptr<const proto::model_metadata> facts_;
  std::optional<std::string> metadata_failure_;
  bool metadata_is_asked_ = false;      // In the round under way.
  bool metadata_was_refreshed_ = false; // The same.
};

/// @param entries All configured providers; asked at once, in the background.
/// @param metadata Whom to ask for a refresh; may be missing. Whoever spawns both makes this one
/// its listener.
model_catalog_actor::behavior_type
model_catalog(model_catalog_actor::stateful_pointer<model_catalog_state> self,
              std::vector<catalog_entry> entries, metadata_actor metadata);

} // namespace kodad::actors
