#include "proto/message.hpp"

namespace kodad::proto {

bool is_lost(const part& one) {
  return one.type != part_type::tool && one.error.has_value();
}

void mark_lost(part_record& one, std::string why) {
  one.shown.error = "the stored content is lost: the host cannot read what it kept of it";
  one.content.clear();
  one.loss = std::move(why);
}

message to_message(const session_id& session, const full_message& kept) {
  message out;
  out.id = kept.head.id;
  out.session_id = session;
  out.turn = kept.head.turn;
  out.role = kept.head.role;
  out.created_at = kept.head.created_at;
  out.model_id = kept.head.model_id;
  out.usage = kept.head.usage;
  out.cost = kept.head.cost;
  out.finish_reason = kept.head.finish_reason;
  for (const auto& piece : kept.parts) {
    if (is_lost(piece.shown) && !out.error)
      out.error = piece.shown.error;
    if (piece.shown.type == part_type::text)
      out.content += piece.shown.text;
    out.parts.push_back(piece.shown);
  }
  return out;
}

} // namespace kodad::proto
