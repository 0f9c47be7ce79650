// TOOL: what the tools share: their arguments, read with tolerance for how models spell them, and
// what a run gives back. A tool is a plain function; who runs it where is tool_runner's business.
#pragma once

#include "proto/json/codec.hpp"
#include "storage/host/folder.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::actors {

struct tool_output {
  std::string text;                    ///< What the model sees.
  std::optional<proto::error> failure; ///< The text then says what went wrong, too.
  std::string diff;                    ///< Unified; empty for none.
  proto::raw_json metadata;
};

/// A run that failed; the model sees the code's word and the sentence.
tool_output failed(proto::error why);
tool_output failed(proto::ec code, std::string why);

/// The arguments of one call. Keys may be spelt in several ways, numbers and truths may come as
/// strings: models do both.
class tool_arguments {
public:
  /// Fails with `tool_invalid_args` when `text` is no JSON object.
  static proto::result<tool_arguments> parse(std::string_view text);

  using names = std::initializer_list<std::string_view>;

  /// Of equal keys the last counts, of spellings the first named here.
  std::optional<std::string> text(names any_of) const;

  /// Nothing when absent; `tool_invalid_args` when it is no whole number.
  proto::result<std::optional<int64_t>> number(names any_of) const;
  bool flag(names any_of) const;

private:
  struct argument {
    std::string name;
    std::string text; ///< A string's content, or the JSON of anything else.
  };
  std::vector<argument> all_;
};

/// "The argument X is missing", as a failure.
tool_output missing(std::string_view argument);

} // namespace kodad::actors
