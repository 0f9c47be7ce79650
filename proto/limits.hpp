// LIMITS: every bound and time-out of the house, each with its reason. Those that a user may change
// are defaults here and fields of proto/config.hpp there.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace kodad::proto::limits {

using namespace std::chrono_literals;

// The door. A head of 64 KiB and 100 lines holds any honest client's cookies and tokens.
inline constexpr size_t request_line_bytes = 8 * 1024;
inline constexpr size_t head_bytes = 64 * 1024;
inline constexpr size_t head_lines = 100;
inline constexpr size_t body_bytes = 32 * 1024 * 1024;
inline constexpr size_t path_bytes = 2 * 1024;
inline constexpr auto head_deadline = 10s;
inline constexpr auto body_grace = 10s;               ///< Before the minimum rate counts.
inline constexpr size_t body_bytes_per_second = 1024; ///< A slower body is dropped.
inline constexpr auto idle_connection = 60s;
inline constexpr size_t listen_backlog = 4096;
inline constexpr size_t connections = 16 * 1024; ///< Below the usual 20,000 descriptors.
inline constexpr size_t requests_waiting = 4096; ///< Whole requests no worker has taken yet.
inline constexpr size_t http_workers = 4;        ///< More gave nothing in measurements.
inline constexpr auto reply_deadline = 30s;      ///< A request unanswered by then gets 504.
inline constexpr auto write_stall = 30s;         ///< A client that reads nothing so long is gone.
inline constexpr auto linger = 2s;               ///< To read what an early answer left unread.
inline constexpr size_t linger_bytes = 64 * 1024 * 1024; ///< Two of the largest bodies.

// Live streams.
inline constexpr auto stream_heartbeat = 15s; ///< Proxies cut silent connections at 30 to 60 s.
inline constexpr size_t subscriber_buffer_bytes = 1024 * 1024;
inline constexpr size_t stream_socket_bytes = 128 * 1024; ///< Linux doubles it.
inline constexpr size_t fan_out_slice = 256; ///< Sends between two looks at other sessions.
inline constexpr size_t replay_page_bytes = 256 * 1024;
inline constexpr size_t replay_page_events = 4096;
inline constexpr size_t event_retention_turns = 20;
inline constexpr auto delta_flush = 100ms; ///< How far the log may lag behind what was shown.
inline constexpr size_t delta_flush_bytes = 64 * 1024;

// JSON.
inline constexpr size_t json_depth = 64;

// Requests between actors. Longer than any fsync seen, shorter than the client's patience.
inline constexpr auto ask = 20s;

// Storage.
inline constexpr size_t map_bytes = size_t{64} << 30;   ///< Sparse: costs address space only.
inline constexpr size_t commit_writes_max = 4096;       ///< Caps the latency of one group commit.
inline constexpr size_t inline_value_bytes = 64 * 1024; ///< Larger bodies live in files.

// Sessions.
inline constexpr size_t queue_length = 32;
inline constexpr auto session_idle = 60s; ///< Then the session leaves memory.
inline constexpr size_t page_default = 100;
inline constexpr size_t page_max = 1000;
inline constexpr auto idempotency_window = 24h;

// Catalogs.
inline constexpr size_t agents = 1000; ///< Far more than anybody tells apart.

// Attachments. KodaCode's bound for one; all of a message together are what providers take.
inline constexpr size_t attachments = 20;
inline constexpr size_t attachment_bytes = 20 * 1024 * 1024;
inline constexpr size_t attachments_bytes = 32 * 1024 * 1024;

// Turns.
inline constexpr int steps_max = 250;                    ///< KodaCode's primary_max_steps.
inline constexpr int64_t context_size_unknown = 128'000; ///< KodaCode's assumption.
inline constexpr size_t tool_input_bytes = 256 * 1024;   ///< JSON of one call's arguments.

// Model calls.
inline constexpr int retries_max = 5; ///< Of a turn; KodaCode's max_retries.
inline constexpr auto retry_first_delay = 500ms;
inline constexpr auto retry_longest_delay = 30s;
inline constexpr auto connect_deadline = 10s;
inline constexpr auto first_byte_deadline = 300s; ///< A local model may load for minutes.
inline constexpr auto stream_idle_deadline = 120s;
inline constexpr auto call_deadline = 3600s; ///< Of a whole answer; a provider may drip for ever.
inline constexpr size_t provider_answer_bytes = 128 * 1024 * 1024; ///< 128k tokens are a third.
inline constexpr size_t provider_streams = 256;
inline constexpr size_t provider_first_burst = 8; ///< What a limit of a few a second may refuse.
inline constexpr auto provider_patience = 60s;    ///< The longest wait asked for that is waited.
inline constexpr auto traffic_patience = 2s;      ///< For a provider to tell how busy it is.
inline constexpr auto wait_notice = 1s;           ///< Who waits longer for a provider is told.
inline constexpr size_t provider_error_bytes = 64 * 1024;
inline constexpr size_t provider_event_bytes = 8 * 1024 * 1024; ///< One SSE event of a provider.
inline constexpr size_t calls_per_answer = 128; ///< Models send a handful; a runaway server more.
inline constexpr size_t opaque_bytes = 1024 * 1024; ///< What a provider wants back of one answer.
inline constexpr size_t models_listed = 10'000;     ///< Of one provider; OpenRouter has hundreds.
inline constexpr size_t provider_unread_bytes = 16 * 1024 * 1024; ///< Of one answer.
inline constexpr size_t provider_models_bytes = 4 * 1024 * 1024;  ///< A list of models.
inline constexpr auto model_list_deadline = 15s;
inline constexpr size_t model_questions = 4; ///< At once; KodaCode asks a local server as many.
inline constexpr auto end_marker_grace = 5s; ///< Some providers do not close after the end marker.

// What models.dev knows of models. Its file has 3 MB, 150 vendors and at most 700 models of one.
inline constexpr size_t metadata_bytes = 16 * 1024 * 1024;
inline constexpr size_t metadata_vendors = 1000;
inline constexpr size_t metadata_name_bytes = 256; ///< The longest name has 61.
inline constexpr size_t metadata_list = 16;        ///< Price tiers or efforts of one model.
inline constexpr auto metadata_deadline = 60s;     ///< A whole download, or the work on a file.
inline constexpr auto metadata_look = 3600s;       ///< How often its age is looked at.
inline constexpr auto metadata_patience = 2s;      ///< Of turns that go on; loading takes 10 ms.
inline constexpr int metadata_refresh_days = 7;    ///< KodaCode's model_refresh_interval.

// The simulated provider. A script is part of a message; what it asks for is bounded here.
inline constexpr size_t sim_steps = 10'000;
inline constexpr int64_t sim_delay_ms = 3'600'000;
inline constexpr size_t sim_attempts_known = 4096; ///< Failed calls whose attempts are counted.
inline constexpr size_t sim_tool_calls = 6;        ///< Of one answer of sim/koda.

// Tools. The model sees at most `tool_output_bytes`; the rest is cut with a mark.
inline constexpr size_t tool_threads = 8;
inline constexpr size_t tools_waiting = 1024;
inline constexpr size_t tool_output_bytes = 64 * 1024;
inline constexpr size_t read_bytes = 256 * 1024;
inline constexpr size_t read_lines = 2000;
inline constexpr size_t line_bytes = 2000;
inline constexpr size_t file_bytes = 16 * 1024 * 1024; ///< The largest file a tool loads whole.
inline constexpr size_t directory_entries = 5000;
inline constexpr size_t glob_results = 100;
inline constexpr size_t grep_results = 100;
inline constexpr size_t grep_line_bytes = 500;             ///< Enough to see what a match is about.
inline constexpr size_t search_output_bytes = 1024 * 1024; ///< Far more than is ever shown.
inline constexpr auto search_deadline = 10s;
inline constexpr auto bash_deadline = 120s;
inline constexpr auto bash_deadline_max = 600s;
inline constexpr size_t processes = 256; ///< Children alive at once, host-wide.
inline constexpr auto kill_grace = 2s;   ///< Between SIGTERM and SIGKILL.
inline constexpr size_t process_output_bytes = 16 * 1024 * 1024; ///< A flood beyond is killed.
inline constexpr size_t process_output_held_bytes = 128 * 1024;  ///< Per child, read but not used.
inline constexpr auto process_output_window = 8ms; ///< Small writes within it become one piece.
inline constexpr size_t process_input_bytes = 4 * 1024 * 1024; ///< Per child, not yet written.

// Rules. A command beyond these bounds is asked about, however it looks.
inline constexpr size_t glob_bytes = 16 * 1024;
inline constexpr size_t glob_branches = 256; ///< What the braces of one pattern may multiply to.
inline constexpr size_t glob_steps = size_t{1} << 24; ///< Pattern times text: about 50 ms.
inline constexpr size_t command_bytes = 64 * 1024;

// The end.
inline constexpr auto drain_deadline = 10s; ///< Of the 15 s that SIGTERM may take.

} // namespace kodad::proto::limits
