#include "proto/provider/layout.hpp"

#include "proto/json/reader.hpp"
#include "proto/provider/call_text.hpp"
#include "proto/provider/file_parts.hpp"

#include <algorithm>
#include <array>

namespace kodad::proto::provider {

namespace {

constexpr std::string_view lost_beginning = "[The beginning of the conversation is left out.]";
constexpr std::string_view go_on = "Go on.";
constexpr std::string_view stopped = "I stopped here.";
constexpr std::string_view no_output = "(no output)";
constexpr std::string_view no_result = "interrupted, effect unknown";

chat_part text_part(std::string text) {
  chat_part out;
  out.text = std::move(text);
  return out;
}

bool is_call(const chat_part& part) {
  return part.kind == chat_part_kind::tool_call;
}

bool is_result(const chat_part& part) {
  return part.kind == chat_part_kind::tool_result;
}

class layout {
public:
  layout(const chat_request& from, const layout_rules& by) : from_(from), by_(by), ids_(by.ids) {}

  std::vector<chat_message> take();

private:
  void add(const chat_message& message);
  void add_part(const chat_part& part, chat_role role, chat_message& to);
  void add_text(const chat_part& part, chat_message& to) const;
  void add_reasoning(const chat_part& part, chat_message& to) const;
  void add_file(const chat_part& part, chat_role role, chat_message& to) const;
  bool is_sealed(const chat_part& part) const;
  chat_part without_foreign_seal(chat_part part) const;
  void mend_calls(chat_message& message);
  void settle(const chat_message& calls, chat_message& answer);
  void tell_calls(chat_message& calls, chat_message& answer);
  void alternate();
  void pair_up();
  void merge();
  void bridge();

  const chat_request& from_;
  const layout_rules& by_;
  json::parser parse_;
  call_id_source ids_;
  std::vector<chat_message> out_;
};

std::vector<chat_message> layout::take() {
  out_.reserve(from_.messages.size() + 2);
  for (const auto& message : from_.messages)
    add(message);
  alternate();
  pair_up();
  if (by_.bridges_results)
    bridge();
  return std::move(out_);
}

void layout::add(const chat_message& message) {
  chat_message said{message.role, {}};
  said.parts.reserve(message.parts.size());
  for (const auto& part : message.parts)
    add_part(part, message.role, said);
  if (said.parts.empty())
    return;
  if (out_.empty() || out_.back().role != message.role)
    out_.push_back(std::move(said));
  else
    std::ranges::move(said.parts, std::back_inserter(out_.back().parts));
}

void layout::add_part(const chat_part& part, chat_role role, chat_message& to) {
  bool assistant = role == chat_role::assistant;
  switch (part.kind) {
  case chat_part_kind::text:
    return add_text(part, to);
  case chat_part_kind::reasoning:
    if (assistant)
      add_reasoning(part, to);
    return;
  case chat_part_kind::tool_call:
    to.parts.push_back(assistant ? without_foreign_seal(part)
                                 : text_part(call_as_text(part, nullptr)));
    return;
  case chat_part_kind::tool_result:
    to.parts.push_back(assistant ? text_part(result_as_text(part)) : part);
    return;
  case chat_part_kind::file:
    return add_file(part, role, to);
  }
}

void layout::add_text(const chat_part& part, chat_message& to) const {
  if (!is_blank(part.text) || (by_.keeps_blank && is_sealed(part) && by_.keeps_blank(part)))
    to.parts.push_back(without_foreign_seal(part));
}

void layout::add_reasoning(const chat_part& part, chat_message& to) const {
  if (is_sealed(part))
    to.parts.push_back(part);
}

bool layout::is_sealed(const chat_part& part) const {
  return !part.opaque.text.empty() && part.opaque_model == from_.model;
}

chat_part layout::without_foreign_seal(chat_part part) const {
  if (is_sealed(part))
    return part;
  part.opaque.text.clear();
  part.opaque_model.text.clear();
  return part;
}

void layout::add_file(const chat_part& part, chat_role role, chat_message& to) const {
  auto mime = true_mime_type(part);
  bool image = std::ranges::find(by_.images, mime) != by_.images.end();
  bool pdf = mime == "application/pdf";
  bool taken = image ? from_.model_sees : pdf && by_.takes_pdfs && from_.model_reads_pdfs;
  if (taken && !part.text.empty() && role == chat_role::user) {
    to.parts.push_back(part);
    to.parts.back().mime_type = mime;
  } else {
    to.parts.push_back(text_part(image || pdf ? untaken_file(part) : file_as_text(part)));
  }
}

/// The user begins and ends, also where a call waits for its result.
void layout::alternate() {
  if (out_.empty())
    out_.push_back({chat_role::user, {text_part(std::string(go_on))}});
  if (out_.front().role != chat_role::user)
    out_.insert(out_.begin(), {chat_role::user, {text_part(std::string(lost_beginning))}});
  if (out_.back().role == chat_role::user)
    return;
  out_.push_back({chat_role::user, {}});
  if (!std::ranges::any_of(out_[out_.size() - 2].parts, is_call))
    out_.back().parts.push_back(text_part(std::string(go_on)));
}

/// @pre Users stand at the even places.
void layout::pair_up() {
  settle({}, out_.front());
  for (size_t i = 1; i + 1 < out_.size(); i += 2) {
    if (from_.tools.empty()) {
      tell_calls(out_[i], out_[i + 1]);
      continue;
    }
    settle(out_[i], out_[i + 1]);
    mend_calls(out_[i]);
    size_t next = 0;
    for (const auto& call : out_[i].parts)
      if (is_call(call)) {
        out_[i + 1].parts[next].tool = call.tool;
        out_[i + 1].parts[next++].call_id = call.call_id;
      }
  }
  merge();
}

/// Puts the results that `calls` wait for to the front of `answer`, and makes up those that are
/// not there. A result that nobody waits for becomes text.
void layout::settle(const chat_message& calls, chat_message& answer) {
  std::vector<chat_part> out;
  auto& given = answer.parts;
  for (const auto& call : calls.parts) {
    if (!is_call(call))
      continue;
    auto found = std::ranges::find_if(given, [&call](const chat_part& part) {
      return is_result(part) && part.call_id == call.call_id;
    });
    if (found == given.end()) {
      out.push_back(text_part(std::string(no_result)));
      out.back().kind = chat_part_kind::tool_result;
      out.back().failed = true;
      continue;
    }
    out.push_back(std::move(*found));
    given.erase(found);
    if (is_blank(out.back().text))
      out.back().text = no_output;
  }
  for (auto& part : given)
    out.push_back(is_result(part) ? text_part(result_as_text(part)) : std::move(part));
  given = std::move(out);
}

/// Without tools: what was called and what came of it moves into `answer`, as text.
void layout::tell_calls(chat_message& calls, chat_message& answer) {
  settle(calls, answer);
  size_t next = 0;
  for (const auto& call : calls.parts)
    if (is_call(call)) {
      auto& result = answer.parts[next++];
      result = text_part(call_as_text(call, &result));
    }
  std::erase_if(calls.parts, is_call);
}

void layout::mend_calls(chat_message& message) {
  for (auto& call : message.parts) {
    if (!is_call(call))
      continue;
    call.call_id = ids_.next(call.call_id);
    call.tool = fitting_tool_name(call.tool);
    // The result says what was wrong with it.
    if (!parse_.parse_object(call.input))
      call.input = "{}";
  }
}

/// What became empty goes, and those around it join.
void layout::merge() {
  std::vector<chat_message> out;
  out.reserve(out_.size() * (by_.bridges_results ? 2 : 1));
  for (auto& message : out_) {
    bool silent = std::ranges::all_of(message.parts, [](const chat_part& part) {
      return part.kind == chat_part_kind::reasoning;
    });
    if (silent)
      continue;
    if (out.empty() || out.back().role != message.role)
      out.push_back(std::move(message));
    else
      std::ranges::move(message.parts, std::back_inserter(out.back().parts));
  }
  out_ = std::move(out);
}

void layout::bridge() {
  std::vector<chat_message> out;
  for (auto& message : out_) {
    auto rest = std::ranges::find_if_not(message.parts, is_result);
    bool mixed = message.role == chat_role::user && rest != message.parts.begin() &&
                 rest != message.parts.end();
    if (!mixed) {
      out.push_back(std::move(message));
      continue;
    }
    chat_message after{
        chat_role::user,
        {std::make_move_iterator(rest), std::make_move_iterator(message.parts.end())}};
    message.parts.erase(rest, message.parts.end());
    out.push_back(std::move(message));
    out.push_back({chat_role::assistant, {text_part(std::string(stopped))}});
    out.push_back(std::move(after));
  }
  out_ = std::move(out);
}

} // namespace

std::span<const std::string_view> usual_images() {
  static constexpr std::array<std::string_view, 4> known{"image/jpeg", "image/png", "image/gif",
                                                         "image/webp"};
  return known;
}

std::vector<chat_message> lay_out(const chat_request& from, const layout_rules& by) {
  return layout(from, by).take();
}

bool is_blank(std::string_view text) {
  // Beside the ASCII ones, in UTF-8: what Unicode calls white space, and two of no width.
  constexpr std::array<std::string_view, 21> wide{
      "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
      "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a",
      "\u200b", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\ufeff"};
  while (!text.empty()) {
    if (static_cast<unsigned char>(text.front()) <= ' ') {
      text.remove_prefix(1);
      continue;
    }
    auto found = std::ranges::find_if(wide, [text](auto one) { return text.starts_with(one); });
    if (found == wide.end())
      return false;
    text.remove_prefix(found->size());
  }
  return true;
}

} // namespace kodad::proto::provider
