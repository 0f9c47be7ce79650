// The METADATA actor. Interface: actors/interfaces.hpp. Owns what models.dev knows of models: has
// it loaded when it is spawned, and asks models.dev for what is new when the copy on disk is too
// old, or when told to. Never blocks: files and large texts are for the shelf. What cannot be
// refreshed stays as it was, and the failure is told with it. Ends with the house.
#pragma once

#include "actors/catalog/metadata_shelf.hpp"
#include "actors/interfaces.hpp"
#include "actors/provider/http_inbox.hpp"
#include "proto/limits.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>

namespace kodad::actors {

struct metadata_options {
  std::string url;                                         ///< Of api.json; empty: never asked.
  int refresh_days = proto::limits::metadata_refresh_days; ///< 0: once per start.
  std::shared_ptr<http_client> client;
  std::function<metadata_shelf_actor()> open_shelf; ///< For one piece of work.
  std::function<proto::timestamp()> now;
};

struct metadata_state {
  explicit metadata_state(metadata_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "metadata";

  using promise = caf::typed_response_promise<metadata_changed>;

  void load();
  void listen(const metadata_listener_actor& listener);
  promise get();
  promise refresh();
  void take_in();
  void look_at_age();
  void expire(uint64_t download);

  metadata_actor::pointer self;
  metadata_options options;

private:
  enum class stage : uint8_t { loading, idle, downloading, keeping };

  /// The answer of models.dev as far as it has come.
  struct answer {
    int status = 0;
    std::string etag;
    std::string body;
    std::string given_up; ///< Why we ended it ourselves.
    std::optional<proto::error> failure;
  };

  template <class Work>
  void hand_to_shelf(Work work, void (metadata_state::*done)(metadata_on_shelf&));
  void loaded(metadata_on_shelf& found);
  void kept(metadata_on_shelf& fresh);
  void failed(std::string why);
  bool is_due() const;
  void ask();
  void give_up(std::string why);
  void judge();
  void conclude(bool was_refreshed);
  void tell();
  metadata_changed now_known(bool was_refreshed) const;

  stage at_ = stage::loading;
  std::shared_ptr<const proto::model_metadata> known_;
  std::optional<cached_copy> cached_;
  std::optional<std::string> failure_;
  bool was_asked_ = false; // Successfully, since the start.
  std::shared_ptr<http_inbox> inbox_;
  exchange_key exchange_ = 0;
  uint64_t download_ = 0; // Counts them.
  answer answer_;
  std::vector<metadata_listener_actor> listeners_; // They live as long as this actor.
  std::vector<promise> wanting_any_;               // For what is loaded.
  std::vector<promise> wanting_fresh_;             // For a refresh's end.
};

metadata_actor::behavior_type metadata(metadata_actor::stateful_pointer<metadata_state> self,
                                       metadata_options options);

} // namespace kodad::actors
