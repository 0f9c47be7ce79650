// The WORKSPACE READER actor. Interface: actors/interfaces.hpp.
//
// Every look at a user's folder runs on a thread of a pool of its own, so that a disk that hangs in
// the kernel holds up neither this actor nor a tool call. Promises an answer within the patience;
// what comes later is dropped. A folder whose looks hang is soon refused at once.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/store/loss_log.hpp"
#include "actors/store/project_file.hpp"
#include "actors/tools/pool/actor_outlet.hpp"
#include "actors/tools/pool/work_pool.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <variant>

namespace kodad::actors {

using look_answer = std::variant<proto::error, loaded_attachments, resolved_workspace, seen_rules>;

/// From a thread of the pool: what it saw.
struct look_done {
  uint64_t key = 0;
  look_answer answer;
};

/// To itself: the look has taken its time.
struct look_due {
  uint64_t key = 0;
};

/// The reader with the messages that only it and its threads send.
using workspace_reader_inside =
    workspace_reader_actor::extend<caf::reacts_to<look_done>, caf::reacts_to<look_due>>;

struct workspace_reader_state {
  explicit workspace_reader_state(workspace_reader_inside::pointer self_ptr) : self(self_ptr) {}
  ~workspace_reader_state();

  static inline const char* name = "workspace_reader";

  struct look {
    work_pool::ticket ticket = 0;
    std::string field; ///< Of the request, for an error.
    std::function<void(look_answer&)> deliver;
  };

  caf::typed_response_promise<loaded_attachments> load(const load_attachments& wish);
  caf::typed_response_promise<resolved_workspace> resolve(const resolve_workspace& wish);
  caf::typed_response_promise<project_rules> read_rules(const read_project_rules& wish);
  void begin(look one, const std::string& disk, std::function<look_answer()> work);
  void end(uint64_t key, look_answer& answer);
  void give_up(uint64_t key);
  void tell_once(const std::string& workspace, const seen_rules& seen);

  workspace_reader_inside::pointer self;
  std::chrono::seconds patience{};
  std::shared_ptr<actor_outlet<workspace_reader_inside>> outlet;
  work_pool pool;
  std::map<uint64_t, look> looks;
  line_teller tell = [](const std::string&) {};
  std::unordered_set<std::string> told; ///< Of projects' files.
  uint64_t last_key = 0;
};

/// @param patience With a disk that does not answer. @param tell Gets lines for the operator.
workspace_reader_inside::behavior_type
workspace_reader(workspace_reader_inside::stateful_pointer<workspace_reader_state> self,
                 std::chrono::seconds patience, line_teller tell);

} // namespace kodad::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::look_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::look_due)
