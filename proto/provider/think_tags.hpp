// THINK TAGS: splits an answer that begins with "<think>…</think>" into reasoning and text, for
// models whose server does not. The tags may be cut anywhere. Only a tag at the very start counts:
// further on, text that mentions one is text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kodad::proto::provider {

class think_splitter {
public:
  struct pieces {
    std::string reasoning; ///< Comes before the text.
    bool reasoning_ended = false;
    std::string text;
  };

  /// What more of the answer makes certain.
  pieces feed(std::string_view more);

  /// The answer is over: what was held back, because it could have become a tag.
  pieces finish();

  /// No tag will come: everything is text from now on, save what is held back.
  bool is_settled() const { return state_ == state::outside; }

private:
  enum class state : uint8_t { start, inside, closed, outside };

  void take_start(pieces& out);
  void take_inside(pieces& out);
  void take_closed(pieces& out);

  state state_ = state::start;
  std::string held_;
};

} // namespace kodad::proto::provider
