// Every actor's public face, in one place: read this file to know who can say what to whom. An
// entry lists the messages in the order a turn meets them, one sentence each; INTERNAL marks a
// message an actor sends itself. Unless said otherwise a request fails with a proto::error
// (actors/error.hpp turns it back).
#pragma once

#include "actors/error.hpp"
#include "actors/messages.hpp"
#include "actors/type_ids.hpp"
#include "proto/metadata/model_metadata.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace kodad::actors {

using proto::acknowledged;

// --- storage ---------------------------------------------------------------------------------

/// The STORE: the only writer of the database (one, detached). Group-commits what has gathered.
using store_actor = caf::typed_actor<
    // Answers once the writes are durable; fails with storage_full or storage_failed.
    caf::replies_to<keep>::with<acknowledged>,
    // INTERNAL: commit what has gathered.
    caf::reacts_to<caf::tick_atom>>;

/// A READER: answers from the database without troubling a session. Two live: one on the
/// scheduler for what costs a single look-up, one detached for pages and scans.
using reader_actor =
    caf::typed_actor<caf::replies_to<proto::get_session>::with<proto::session>,
                     caf::replies_to<proto::list_sessions>::with<proto::session_page>,
                     caf::replies_to<proto::list_messages>::with<proto::message_page>,
                     caf::replies_to<proto::get_turn>::with<proto::turn>,
                     caf::replies_to<proto::list_questions>::with<proto::question_list>,
                     caf::replies_to<proto::get_setting>::with<proto::setting>,
                     caf::replies_to<proto::list_settings>::with<proto::setting_list>,
                     // All of a session's messages, for a model call.
                     caf::replies_to<load_history>::with<history>,
                     // A page of the event log, encoded.
                     caf::replies_to<read_events>::with<event_page>,
                     // The writes that copy a session's messages into a new one.
                     caf::replies_to<plan_branch>::with<branch_plan>>;

/// The WORKSPACE READER: looks at users' folders, whose disks may hang, on threads that may hang
/// with them (one). Fails with timeout or host_full and the field when a disk does not answer.
using workspace_reader_actor = caf::typed_actor<
    // Reads and checks the files of a message.
    caf::replies_to<load_attachments>::with<loaded_attachments>,
    // Checks and resolves a folder; fails with workspace_not_allowed.
    caf::replies_to<resolve_workspace>::with<resolved_workspace>,
    // Reads a workspace's kodad.yaml; fails with tool_denied where it is not clear, or with
    // workspace_vanished.
    caf::replies_to<read_project_rules>::with<project_rules>>;

/// SETTINGS: the owner of the settings table (one).
using settings_actor = caf::typed_actor<
    // Keeps the value and gives it back.
    caf::replies_to<proto::put_setting>::with<proto::setting>>;

// --- catalogs --------------------------------------------------------------------------------

/// Who wants to hear of changed agents and models.
using catalog_listener_actor =
    caf::typed_actor<caf::reacts_to<agents_changed>, caf::reacts_to<models_changed>>;

/// Adds a listener, which is told the present state at once.
struct listen_to_catalog {
  catalog_listener_actor listener;
};

/// The AGENT REGISTRY: the owner of the agents (one). Listeners hear of a change before the client
/// that made it gets its answer.
using agent_registry_actor =
    caf::typed_actor<caf::replies_to<proto::list_agents>::with<proto::agent_list>,
                     caf::replies_to<proto::get_agent>::with<proto::agent>,
                     caf::replies_to<proto::create_agent>::with<proto::agent>,
                     caf::replies_to<proto::replace_agent>::with<proto::agent>,
                     caf::replies_to<proto::delete_agent>::with<acknowledged>,
                     caf::reacts_to<listen_to_catalog>>;

/// What models.dev knows of models, as of now. Sent by the metadata actor whenever it changes.
struct metadata_changed {
  std::shared_ptr<const proto::model_metadata> known; ///< Never empty.
  std::optional<std::string> failure;                 ///< Of the last try to bring it up to date.
  bool was_refreshed = false; ///< As an answer: did models.dev just say what is so?
};

/// To the metadata actor: tell what is known as soon as something is.
struct get_metadata {};

/// To the metadata actor: ask models.dev now.
struct refresh_metadata {};

/// Who wants to hear of changed metadata.
using metadata_listener_actor = caf::typed_actor<caf::reacts_to<metadata_changed>>;

/// Adds a listener, which is told the present state as soon as there is one.
struct listen_to_metadata {
  metadata_listener_actor listener;
};

/// The METADATA actor: what models.dev knows of models (one; none without a real provider).
using metadata_actor = caf::typed_actor<caf::reacts_to<listen_to_metadata>,
                                        caf::replies_to<get_metadata>::with<metadata_changed>,
                                        // Answers when models.dev has, or has failed to.
                                        caf::replies_to<refresh_metadata>::with<metadata_changed>,
                                        // INTERNAL: something has arrived.
                                        caf::reacts_to<caf::update_atom>,
                                        // INTERNAL: look how old it is.
                                        caf::reacts_to<caf::tick_atom>,
                                        // INTERNAL: give this download up.
                                        caf::reacts_to<caf::timeout_atom, uint64_t>>;

/// The MODEL CATALOG: what the configured providers offer (one).
using model_catalog_actor =
    caf::typed_actor<caf::replies_to<proto::list_models>::with<proto::model_list>,
                     // Asks every provider and models.dev anew; fails with provider_failed when a
                     // provider failed and nothing was refreshed.
                     caf::replies_to<proto::refresh_models>::with<proto::model_list>,
                     caf::replies_to<proto::list_providers>::with<proto::provider_list>,
                     caf::reacts_to<listen_to_catalog>, caf::reacts_to<metadata_changed>>;

// --- model calls -----------------------------------------------------------------------------

/// Whoever made a model call and hears of its progress.
using call_listener_actor =
    caf::typed_actor<caf::reacts_to<call_waits>, caf::reacts_to<call_chunks>,
                     caf::reacts_to<call_ended>>;

/// To a provider: make this call.
struct start_call {
  model_call_key call = 0;
  proto::session_id session; ///< For fairness between sessions.
  std::shared_ptr<const proto::chat_request> request;
  call_listener_actor listener;
};

/// CREDENTIALS: holds what a provider's credentials buy for a while (one per provider that needs
/// it).
using credentials_actor = caf::typed_actor<
    // Gives what is still good, or buys it anew; fails with provider_auth or provider_down.
    caf::replies_to<get_endpoint>::with<granted_endpoint>,
    // INTERNAL: something has arrived.
    caf::reacts_to<caf::update_atom>>;

/// A PROVIDER: one per configured provider. Admits calls of all sessions within its bounds and the
/// provider's own.
using provider_actor = caf::typed_actor<
    // Starts the call, or queues it; call_ended with host_full when the queue is full.
    caf::reacts_to<start_call>, caf::reacts_to<cancel_call>,
    // Asks the provider for its models; the configured ones are always among them.
    caf::replies_to<proto::list_models>::with<proto::model_list>,
    // How busy it is and what holds calls back.
    caf::replies_to<proto::watch_provider>::with<proto::provider_traffic>,
    // INTERNAL: from the calls it makes.
    caf::reacts_to<call_headed>, caf::reacts_to<call_ended>,
    // INTERNAL: those who wait may be due.
    caf::reacts_to<caf::tick_atom>>;

// --- tools -----------------------------------------------------------------------------------

/// Whoever started a tool and hears of its progress.
using tool_listener_actor =
    caf::typed_actor<caf::reacts_to<tool_chunk>, caf::reacts_to<tool_finished>>;

/// To the tool runner: run this call.
struct run_tool {
  tool_run_request what;
  tool_listener_actor listener;
};

/// To the tool runner: end this call; tool_finished still comes, with `cancelled`.
struct cancel_tool {
  proto::session_id session;
  proto::call_id call;
};

/// The TOOL RUNNER: runs tool calls of all sessions (one): blocking ones in a bounded pool of
/// threads, commands as child processes.
using tool_runner_actor = caf::typed_actor<caf::reacts_to<run_tool>, caf::reacts_to<cancel_tool>,
                                           caf::reacts_to<drop_outputs>>;

/// The OUTPUT READER: reads what is kept of the outputs of tool calls (one, detached).
using output_reader_actor = caf::typed_actor<
    // Fails with session_not_found, output_not_found or range_not_satisfiable.
    caf::replies_to<read_output>::with<output_text>>;

// --- sessions --------------------------------------------------------------------------------

/// A FAN-OUT: a session's audience (one per session that has subscribers or is loaded). Keeps the
/// recent events and decides where a stream starts.
using fan_out_actor = caf::typed_actor<
    // Gives the stream its place. The session exists: this does not fail.
    caf::replies_to<open_stream>::with<acknowledged>, caf::reacts_to<publish_frames>,
    caf::reacts_to<waiting_questions>,
    // Ends all streams and the actor: the session was deleted.
    caf::reacts_to<proto::delete_session>,
    // Quits if nobody subscribes; tells whether it did.
    caf::replies_to<caf::close_atom>::with<bool>,
    // INTERNAL: the SSE writer wants a stream's next page, or a stream has ended.
    caf::reacts_to<caf::get_atom, subscriber_key>, caf::reacts_to<caf::leave_atom, subscriber_key>>;

/// A TURN: one per running turn. Performs what the turn machine says.
using turn_actor = caf::typed_actor<caf::reacts_to<call_waits>, caf::reacts_to<call_chunks>,
                                    caf::reacts_to<call_ended>, caf::reacts_to<tool_chunk>,
                                    caf::reacts_to<tool_finished>, caf::reacts_to<give_answer>,
                                    caf::reacts_to<proto::cancel_turn>,
                                    // INTERNAL: the wait between two attempts is over.
                                    caf::reacts_to<caf::tick_atom, uint64_t>>;

/// A SESSION: one per session in use. Owns the transcript, numbers the events, runs one turn at a
/// time and keeps the queue.
using session_actor = caf::typed_actor<
    // Accepts the message: the turn runs, or is queued. Fails with session_busy or queue_full.
    caf::replies_to<proto::send_message>::with<proto::turn>,
    // From the turn.
    caf::reacts_to<turn_shows>, caf::replies_to<turn_keeps>::with<acknowledged>,
    caf::replies_to<turn_ends>::with<acknowledged>,
    // From the title maker.
    caf::reacts_to<title_made>,
    // Hands the answer to the turn that asked; fails with question_not_found, already_answered.
    caf::replies_to<proto::answer_question>::with<acknowledged>,
    // Cancels the running turn, or takes the named one out of the queue. Fails with
    // no_active_turn, or turn_not_found.
    caf::replies_to<proto::cancel_turn>::with<proto::turn>,
    caf::replies_to<proto::patch_session>::with<proto::session>,
    // Ends the turn and its processes, then removes all that is kept, and quits.
    caf::replies_to<proto::delete_session>::with<acknowledged>, caf::reacts_to<end_carried>,
    caf::reacts_to<agents_changed>, caf::reacts_to<models_changed>,
    // Quits if nothing is going on; tells whether it did.
    caf::replies_to<caf::close_atom>::with<bool>,
    // Keeps what is shown but not kept yet, stops the turn where it is, and quits: the host stops.
    caf::replies_to<caf::flush_atom>::with<acknowledged>,
    // INTERNAL: keep the transient events shown so far.
    caf::reacts_to<caf::tick_atom>>;

/// The SESSION DIRECTORY: finds, loads and retires sessions (one).
using directory_actor = caf::typed_actor<
    caf::replies_to<proto::create_session>::with<proto::session>,
    // These go on to the session, which is loaded for them; session_not_found otherwise.
    caf::replies_to<proto::send_message>::with<proto::turn>,
    caf::replies_to<proto::answer_question>::with<acknowledged>,
    caf::replies_to<proto::cancel_turn>::with<proto::turn>,
    caf::replies_to<proto::patch_session>::with<proto::session>,
    // Makes a new session from the messages up to one of them.
    caf::replies_to<proto::branch_session>::with<proto::session>,
    caf::replies_to<proto::delete_session>::with<acknowledged>,
    caf::replies_to<open_stream>::with<acknowledged>, caf::reacts_to<end_carried>,
    caf::reacts_to<agents_changed>, caf::reacts_to<models_changed>,
    // Loads the sessions whose turns a stop or crash cut off; they go on by themselves.
    caf::reacts_to<caf::ok_atom>,
    // Flushes and ends all sessions; answers when the last is gone.
    caf::replies_to<caf::flush_atom>::with<acknowledged>,
    // Answers when its turn comes: for who asks whether it lives.
    caf::replies_to<caf::get_atom>::with<acknowledged>,
    // INTERNAL: retire what has been idle.
    caf::reacts_to<caf::tick_atom>>;

/// What http/ may talk to, as one value.
struct front_desk {
  store_actor store;
  directory_actor directory;
  reader_actor reader;  ///< For single look-ups.
  reader_actor archive; ///< For pages and scans.
  output_reader_actor outputs;
  settings_actor settings;
  agent_registry_actor agents;
  model_catalog_actor models;
};

} // namespace kodad::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::start_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::listen_to_catalog)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::metadata_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::get_metadata)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::refresh_metadata)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::listen_to_metadata)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::run_tool)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(kodad::actors::cancel_tool)
