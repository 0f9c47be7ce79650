// LIMITS of what is kept: the fields that clients fill, the pages that lists come in, and the
// database's own bounds, each with its reason. A field over its bound is refused with 400 and
// `field` and `limit`, a message's text with 413; nothing is cut without a word.
#pragma once

#include <chrono>
#include <cstddef>

namespace kodad::proto::limits {

using namespace std::chrono_literals;

// Fields of sessions and messages.
inline constexpr size_t title_bytes = 1024; ///< A line of a list; models make 60 bytes.
inline constexpr size_t metadata_json_bytes = 16 * 1024; ///< Labels and links, not documents.
inline constexpr size_t name_bytes = 256;                ///< Ids and names: what people tell apart.
inline constexpr size_t path_text_bytes = 4096; ///< PATH_MAX: no longer path can be opened.
inline constexpr size_t file_name_bytes = 255;  ///< NAME_MAX.
inline constexpr size_t content_bytes = 16 * 1024 * 1024; ///< Four million tokens: no model.
inline constexpr size_t answer_choices = 100;             ///< No question offers more.
inline constexpr size_t answer_bytes = 64 * 1024;         ///< All choices together: a long paste.

// Fields of agents. The registry holds a thousand agents in memory: 64 KiB of prompt each.
inline constexpr size_t description_bytes = 4 * 1024;
inline constexpr size_t prompt_bytes = 64 * 1024; ///< 16,000 tokens that every call would carry.
inline constexpr size_t agent_words = 256;        ///< Entries of a list of tools or skills.
inline constexpr size_t agent_rules = 1000;       ///< Patterns of all tools together.
inline constexpr size_t pattern_bytes = 4 * 1024; ///< A path may be as long.

// Settings: preferences, not documents.
inline constexpr size_t setting_key_bytes = 256;
inline constexpr size_t setting_value_bytes = 64 * 1024;
inline constexpr size_t settings = 1000; ///< As agents; 64 MiB together.

// What "always" leaves in a session's record, which every commit writes anew.
inline constexpr size_t granted_rules = 256;
inline constexpr size_t granted_bytes = 32 * 1024;

// A page of a list ends at its number of entries or here, whichever comes first; one entry larger
// than that comes alone. Held twice while it is written, so that four lists take 32 MiB.
inline constexpr size_t page_bytes = 4 * 1024 * 1024;
inline constexpr size_t catalog_page_max = 10'000; ///< Agents, models, settings: all by default.

// Kept answers to requests with an idempotency key.
inline constexpr size_t reply_bytes = 64 * 1024;   ///< The largest session within the bounds.
inline constexpr size_t replies_of_session = 4096; ///< In 24 h: a message every 20 s.
inline constexpr size_t replies = 1'000'000;       ///< About 1 KiB each.
inline constexpr auto reply_sweep = 600s;          ///< Between two looks for what is too old.
inline constexpr size_t reply_sweep_rows = 1000;   ///< Of one step: 20 ms of the store's time.

// Blob files. A page of messages tells of attachments that are lost, so that those which changed
// since they were last read are read again: 64 MiB take 50 ms, once.
inline constexpr size_t blobs_seen = 16 * 1024;      ///< About 150 bytes each.
inline constexpr size_t page_check_bytes = 64 << 20; ///< For one page.
inline constexpr size_t losses_told = 1024;          ///< Lost parts told one by one on stderr.

// The check of the database file before it is opened. What is not reached in time is told.
inline constexpr auto check_patience = 20s;
inline constexpr auto refused_look = 1s;                   ///< Between two looks for room.
inline constexpr size_t refused_look_bytes = 64 * 1024;    ///< That count as room, at least.
inline constexpr size_t refused_look_bytes_max = 64 << 20; ///< And at most.
inline constexpr size_t migrated_rows = 4096; ///< Of one transaction when a format is brought up.

} // namespace kodad::proto::limits
