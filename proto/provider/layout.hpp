// LAYOUT: a conversation as the strictest servers take it, made before any format is written. Pure.
//
// The user begins and has the last word, and the two alternate. Each call has an id of its own and
// exactly one result, which stands at the start of the message after it, in the order of the calls;
// where one is missing it is made up, and what answers no call becomes text. No text is blank.
// Names are names, arguments are objects. Reasoning and seals of another model are left out, files
// that the model cannot take are told of. Where no tools are offered, calls and results become
// text, for servers refuse calls of tools that the request does not declare.
//
// The beginning of a conversation is laid out the same however it goes on, so that caches hold.
#pragma once

#include "proto/chat.hpp"
#include "proto/provider/call_names.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace kodad::proto::provider {

struct layout_rules {
  call_id_form ids = call_id_form::word_64;
  /// An assistant message stands between a result and what the user says after it.
  bool bridges_results = false;
  /// May a blank text stay for the sake of the called model's seal on it? Null: none may.
  bool (*keeps_blank)(const chat_part&) = nullptr;
  bool takes_pdfs = true;
  std::span<const std::string_view> images; ///< The types taken, where the model sees.
};

/// The types of images that all but Gemini take.
std::span<const std::string_view> usual_images();

/// @returns At least one message; the first and the last are the user's, and none is empty.
std::vector<chat_message> lay_out(const chat_request& from, const layout_rules& by);

/// Of nothing but what some server takes for white space?
bool is_blank(std::string_view text);

} // namespace kodad::proto::provider
