// MESSAGES between the actors themselves, which never leave the process: they may share memory.
// What clients ask and get is in proto/command.hpp.
#pragma once

#include "actors/ports.hpp"
#include "proto/agent.hpp"
#include "proto/chat.hpp"
#include "proto/command.hpp"
#include "proto/event.hpp"
#include "proto/message.hpp"
#include "proto/model.hpp"
#include "proto/provider/adapter.hpp"
#include "proto/provider/rate_limits.hpp"
#include "proto/question.hpp"
#include "proto/turn.hpp"
#include "storage/write_batch.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kodad::actors {

// --- storage ---------------------------------------------------------------------------------

/// To the store: make these writes durable, all or none.
struct keep {
  storage::write_batch writes;
};

/// To a reader: all messages of a session below a sequence number, for a model call.
struct load_history {
  proto::session_id session;
  uint64_t below_sequence = 0;
};

struct history {
  std::shared_ptr<const std::vector<proto::full_message>> messages;
};

/// To a reader: a page of a session's event log.
struct read_events {
  proto::session_id session;
  uint64_t after = 0;
  size_t bytes_max = 0;
};

struct event_page {
  std::vector<shared_frame> frames;
  uint64_t first_kept = 0; ///< The oldest id in the log; 0 when it is empty.
};

/// To a reader: how to copy a session's messages up to one of them into a new session.
struct plan_branch {
  proto::session_id from;
  proto::message_id last;
  proto::session_id to;
};

struct branch_plan {
  storage::write_batch writes;
  uint64_t message_count = 0;
  uint32_t turn_count = 0;
};

/// To the workspace reader: read and check the files that come with a message.
struct load_attachments {
  std::vector<proto::attachment> wanted;
  std::string workspace;
  std::vector<std::string> allowed; ///< Folders outside of it that may be read from.
  proto::model model;               ///< Who shall see them.
};

struct loaded_attachments {
  std::shared_ptr<const std::vector<proto::part_record>> files;
};

/// To the workspace reader: is this folder, followed through all links, allowed as a workspace?
struct resolve_workspace {
  std::string path;
  std::vector<std::string> roots;
};

struct resolved_workspace {
  std::string path;
};

/// To the workspace reader: what does the workspace's own kodad.yaml say of tool calls, as of now?
struct read_project_rules {
  std::string workspace;
};

struct project_rules {
  std::shared_ptr<const proto::permission_set> rules; ///< Never null.
};

// --- streams ---------------------------------------------------------------------------------

/// To a session's fan-out, by way of the directory: let this stream see the session.
struct open_stream {
  proto::session_id session;
  subscriber_key subscriber = 0;
  std::optional<uint64_t> after; ///< Resume right after this id.
  stream_filter filter;
};

/// From a session to its fan-out: these events are public now.
struct publish_frames {
  std::vector<shared_frame> frames;
  uint64_t kept_to = 0; ///< The log on disk holds all events up to this id.
};

/// From a session to its fan-out: the questions that wait, for streams that start after them.
struct waiting_questions {
  std::vector<shared_frame> frames; ///< Without id; `frame::id` tells the event's number.
};

/// What a fan-out must know of a session that is not loaded.
struct stream_outlook {
  uint64_t last_event_id = 0;
  uint64_t last_turn_first_event = 0; ///< 0 when there was no turn.
  uint32_t last_turn = 0;
  bool last_turn_carried = true; ///< Has some stream carried its end?
  bool turn_runs = false;
  std::vector<shared_frame> waiting; ///< As in waiting_questions.
};

/// From a fan-out to the session by way of the directory: a stream has carried this turn's end.
struct end_carried {
  proto::session_id session;
  uint32_t turn = 0;
};

// --- model calls -----------------------------------------------------------------------------

/// Names one model call of the process; never reused.
using model_call_key = uint64_t;

/// From a provider: pieces of the answer, in order.
struct call_chunks {
  model_call_key call = 0;
  std::vector<proto::stream_chunk> chunks;
};

/// From a provider: the call is over. Comes exactly once for every start_call.
struct call_ended {
  model_call_key call = 0;
  std::optional<proto::provider::call_failure> failure;
};

/// From a provider: the call has waited for a while and goes on waiting. At most once a call.
struct call_waits {
  model_call_key call = 0;
  std::string why;     ///< For people.
  int64_t wait_ms = 0; ///< Until the next one may start, as far as it is known.
};

/// From a call to its provider: the head of the answer has come.
struct call_headed {
  model_call_key call = 0;
  int status = 0;
  proto::provider::rate_limits told;
};

/// To a provider: cancel; call_ended still comes, with `cancelled` unless it was over already.
struct cancel_call {
  model_call_key call = 0;
};

/// To whoever holds a provider's credentials: whom to call, and as whom.
struct get_endpoint {};

struct granted_endpoint {
  proto::provider::endpoint to; ///< Holds a secret.
};

// --- tool runs -------------------------------------------------------------------------------

struct tool_run_request {
  proto::session_id session;
  uint32_t turn = 0;
  proto::agent_id agent;
  proto::call_id call;
  std::string tool;
  std::string input;     ///< JSON text of the arguments, an object.
  std::string workspace; ///< Absolute path.
};

/// To the tool runner: what is kept of the outputs of a session's turns below one may go.
struct drop_outputs {
  proto::session_id session;
  uint32_t below_turn = 0; ///< UINT32_MAX: the session goes.
};

/// The bytes of a text that an HTTP Range asks for, as far as it goes.
struct byte_range {
  std::optional<uint64_t> first; ///< Absent: the last `last` bytes.
  std::optional<uint64_t> last;  ///< Absent: to the end.
};

/// To the output reader: the whole output of a tool call, or a range of it.
struct read_output {
  proto::session_id session;
  proto::call_id call;
  std::optional<byte_range> range;
};

struct output_text {
  std::string bytes;
  uint64_t first = 0;  ///< Where `bytes` begins in the whole.
  uint64_t size = 0;   ///< Of the whole.
  bool is_cut = false; ///< There was more than is kept.
};

/// From a tool run: a piece of its output, valid UTF-8.
struct tool_chunk {
  proto::call_id call;
  std::string text;
};

/// From a tool run: it is over and nothing of it runs any more. Exactly once for every start.
struct tool_finished {
  proto::call_id call;
  std::string output;                  ///< What the model sees.
  std::optional<proto::error> failure; ///< The output then says what went wrong, too.
  std::string diff;
  proto::raw_json metadata;
};

// --- from a turn to its session --------------------------------------------------------------

/// A changed part of the turn's assistant message.
struct part_change {
  uint32_t index = 0;
  proto::part_record part;
};

/// Events that report nothing durable; shown at once.
struct turn_shows {
  uint32_t turn = 0;
  std::vector<proto::event> events;
};

/// A step of the turn that must be durable before it is shown and before its effects start. The
/// session answers once it is.
struct turn_keeps {
  uint32_t turn = 0;
  std::vector<proto::event> events;
  std::vector<part_change> parts;
  std::vector<proto::question_record> questions; ///< New, answered or withdrawn ones.
  std::vector<proto::granted_rule> granted;
  proto::turn_phase phase = proto::turn_phase::running;
  std::optional<proto::usage> call_usage; ///< Of a model call that just ended, well or not.
  bool completes_call = false;            ///< It ended well: a step is done.
  proto::model_id called;                 ///< The model of that call.
  double call_cost = 0;
  int64_t context_size = 0;    ///< Of the model called; 0 when there was no call.
  bool attempt_begins = false; ///< A model call follows: the next retry voids what comes after.
};

/// The turn's end. The session answers once all of it is durable, then shows done or error.
struct turn_ends {
  turn_keeps last;
  proto::turn_phase phase = proto::turn_phase::succeeded;
  std::string finish_reason;
  std::optional<proto::error> failure;
  bool retryable = false;
};

/// From a title maker to its session: what the utility model calls it.
struct title_made {
  std::string title; ///< Empty when the model could not be asked.
  proto::usage usage;
  double cost = 0;
};

/// The user's answer on its way to the turn that asked.
struct give_answer {
  proto::question_id question;
  std::vector<std::string> response;
};

// --- catalogs --------------------------------------------------------------------------------

/// All agents, as of now. Sent by the registry whenever they change.
struct agents_changed {
  std::shared_ptr<const std::vector<proto::agent>> agents;
};

/// All models, as of now. Sent by the catalog whenever they change.
struct models_changed {
  std::shared_ptr<const std::vector<proto::model>> models;
};

} // namespace kodad::actors
