#include "actors/turn/plain.hpp"

#include "proto/provider/call_text.hpp"
#include "proto/provider/file_parts.hpp"
#include "proto/provider/layout.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::chat_message;
using proto::chat_part;
using proto::chat_part_kind;
using proto::chat_role;

namespace {

void append(std::string& to, std::string_view text) {
  if (proto::provider::is_blank(text))
    return;
  if (!to.empty())
    to += "\n\n";
  to += text;
}

/// Does the user speak here, rather than the tools?
bool is_prompt(const chat_message& message) {
  return message.role == chat_role::user &&
         std::ranges::any_of(message.parts, [](const chat_part& part) {
           return part.kind == chat_part_kind::file ||
                  (part.kind == chat_part_kind::text && !proto::provider::is_blank(part.text));
         });
}

std::string told_file(const chat_part& file) {
  if (!proto::provider::travels_as_file(file.mime_type))
    return proto::provider::file_as_text(file);
  return "[The file " + (file.name.empty() ? "unnamed" : file.name) + " (" + file.mime_type +
         ") is left out.]";
}

const chat_part* find_result(const chat_part& call, const chat_message* after) {
  if (!after)
    return nullptr;
  auto found = std::ranges::find_if(after->parts, [&call](const chat_part& part) {
    return part.kind == chat_part_kind::tool_result && part.call_id == call.call_id;
  });
  return found == after->parts.end() ? nullptr : &*found;
}

/// What a message says; results are told with their calls.
std::string told(const chat_message& message, const chat_message* after) {
  std::string out;
  for (const auto& part : message.parts) {
    if (part.kind == chat_part_kind::text)
      append(out, part.text);
    if (part.kind == chat_part_kind::file)
      append(out, told_file(part));
    if (part.kind == chat_part_kind::tool_call)
      append(out, proto::provider::call_as_text(part, find_result(part, after)));
  }
  return out;
}

} // namespace

bool is_plain(const proto::chat_request& request) {
  bool wishes =
      request.temperature || request.reasoning_budget || !request.reasoning_effort.empty();
  return !wishes && request.messages.size() == 1 && request.messages[0].role == chat_role::user &&
         request.messages[0].parts.size() == 1 &&
         request.messages[0].parts[0].kind == chat_part_kind::text;
}

void make_plain(proto::chat_request& request) {
  auto& all = request.messages;
  auto last = std::find_if(all.rbegin(), all.rend(), is_prompt);
  auto prompt = last == all.rend() ? all.end() : std::prev(last.base());
  std::string before, now, since;
  for (auto at = all.begin(); at != all.end(); ++at) {
    auto text = told(*at, std::next(at) == all.end() ? nullptr : &*std::next(at));
    if (at == prompt)
      now = std::move(text);
    else if (at > prompt || prompt == all.end())
      append(since, text);
    else if (!proto::provider::is_blank(text))
      append(before, (at->role == chat_role::user ? "User: " : "Assistant: ") + text);
  }
  std::string whole;
  if (!before.empty())
    append(whole, "[The conversation so far:]\n\n" + before + "\n\n[The user says now:]");
  append(whole, now);
  if (!since.empty())
    append(whole, "[You have since said and done:]\n\n" + since + "\n\n[Go on from there.]");
  chat_part only;
  only.text = whole.empty() ? "Go on." : std::move(whole);
  all.assign(1, {chat_role::user, {std::move(only)}});
  request.temperature.reset();
  request.reasoning_budget.reset();
  request.reasoning_effort.clear();
}

} // namespace kodad::actors
