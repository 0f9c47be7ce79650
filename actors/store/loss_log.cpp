#include "actors/store/loss_log.hpp"

#include "proto/limits/storage.hpp"

namespace kodad::actors {

void loss_log::note(const proto::session_id& session,
                    const std::vector<proto::full_message>& messages) {
  for (const auto& message : messages)
    for (const auto& piece : message.parts)
      if (!piece.loss.empty())
        tell_once("session " + session.text + ", message " + message.head.id.text +
                  ": a part is lost: " + piece.loss);
}

void loss_log::note_events(const proto::session_id& session, const proto::error& why) {
  tell_once("session " + session.text + ": its events cannot be read on: " + why.context);
}

void loss_log::tell_once(const std::string& line) {
  std::lock_guard lock(mutex_);
  if (told_.size() > proto::limits::losses_told || !told_.insert(line).second)
    return;
  tell_(told_.size() <= proto::limits::losses_told
            ? line
            : "more is lost in the storage than is told one by one");
}

} // namespace kodad::actors
