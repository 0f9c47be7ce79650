// SCHEMA: the tables of the database and the grammar of their keys and values. The idea: a key is
// the session's id and big-endian numbers, so that everything of a session is one range and a page
// is one scan. Packing is done by storage/keys.hpp and storage/record.hpp.
//
//   key    = sid NUL …            sid is the id's text, which never holds a NUL
//   u32 u64                       big-endian, so that bytes sort as numbers do
//   stored = 2 u64 value          the checksum of storage/seal.hpp over table, key and value
//   value  = "" | version body    version is one byte from 1 on; 0 marks a reference:
//          | 0 sha256 u64         the value stands in the blob file of that digest and size
//
// Format 1 had the values bare, so that a first byte of 0 or 1, or no byte, tells one that is not
// sealed yet.
//
//   table               key                           body
//   meta                "format"                      u32 number of the newest migration done
//   meta                "moment"                      u64 number of the commit that wrote it: every
//                                                     one does, so that no older one can pass for
//                                                     the newest
//   meta                "ids"                         u64 ms; no id was made from a later time
//   sessions            sid                           JSON of session_record
//   sessions_by_update  u64 updated_at ms, sid        status, then agent, workspace and title,
//                                                     each as u32 length and text
//   messages            sid NUL u64 sequence u32 slot slot 0: JSON of message_record,
//                                                     slot n: JSON of the part_record n - 1
//   message_ids         sid NUL message id            u64 sequence
//   files               sid NUL u64 sequence u32 slot the bytes of the file part in that slot;
//                                                     always a blob, so that the same bytes are
//                                                     kept once
//   turns               sid NUL u32 number            JSON of turn_record
//   operations          sid NUL operation id          u32 turn number
//   active_turns        sid NUL u32 number            nothing
//   questions           sid NUL question id           JSON of question_record
//   waiting_questions   sid NUL question id           nothing
//   events              sid NUL u64 event id          see storage/event_store.cpp
//   agents              name key                      JSON of agent
//   settings            name key                      JSON of setting
//   replies             16 bytes of sha256(scope),    JSON of kept_reply; format 1 kept them
//                       sha256(scope NUL key)         without the first 16
//   replies_by_time     u64 kept_at ms, replies' key  nothing
//   blobs               sha256                        u64 number of references
//
//   name key = text of 1 to 255 bytes | 255 first bytes of a longer one, sha256 of the whole
//            | NUL for the empty text
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kodad::storage {

enum class table : uint8_t {
  meta,
  sessions,
  sessions_by_update,
  messages,
  message_ids,
  turns,
  operations,
  active_turns,
  questions,
  waiting_questions,
  events,
  agents,
  settings,
  replies,
  replies_by_time,
  blobs,
  files,
};

/// The tables' names in the database file, in the order of the enum.
inline constexpr std::array<std::string_view, 17> table_names{
    "meta",   "sessions",   "sessions_by_update", "messages",  "message_ids",
    "turns",  "operations", "active_turns",       "questions", "waiting_questions",
    "events", "agents",     "settings",           "replies",   "replies_by_time",
    "blobs",  "files"};

/// The tables whose keys start with `sid NUL`.
inline constexpr std::array<table, 9> session_tables{
    table::messages,          table::message_ids,  table::turns,
    table::operations,        table::active_turns, table::questions,
    table::waiting_questions, table::events,       table::files};

/// The row of `meta` that every commit puts.
inline constexpr std::string_view moment_key = "moment";

/// The version byte of all values written today.
inline constexpr char value_version = 1;

/// The first byte of every stored value from format 2 on.
inline constexpr char sealed_mark = 2;

/// The first byte of a value that stands in a blob file.
inline constexpr char reference_mark = 0;

} // namespace kodad::storage
