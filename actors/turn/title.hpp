// TITLE: a session's name: the first words of its first message, or what the utility model makes of
// it, where one is configured. Pure.
#pragma once

#include "proto/chat.hpp"
#include "proto/model.hpp"

#include <string>
#include <string_view>

namespace kodad::actors {

/// The first words of the first line that has any: at most 8 words and 60 bytes; "…" marks a cut.
/// Empty when `content` has no words.
std::string make_title(std::string_view content);

/// The title in what a model answered, without the quotes and the full stop that it was told to
/// leave out.
std::string title_of_answer(std::string_view answer);

/// The call that asks a model for a title.
proto::chat_request title_request(const proto::model& by, std::string_view content);

} // namespace kodad::actors
