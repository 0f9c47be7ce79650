// TOOL: what the tools share: their arguments, read with tolerance for how models spell them, and
// what a run gives back. A tool is a plain function; who runs it where is tool_runner's business.
#pragma once

#include "proto/json/codec.hpp"
#include "storage/host/folder.hpp"

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

/// The arguments of one call by their own names, as argument_rules.hpp reads them.
class tool_arguments {
public:
  /// Takes them as they are written. Fails with `tool_invalid_args` when `text` is no JSON object.
  static proto::result<tool_arguments> parse(std::string_view text);

  void add(std::string_view name, std::string value) {
    all_.push_back({std::string(name), std::move(value)});
  }

  /// Of equal names the last counts.
  std::optional<std::string> text(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;

  /// Nothing when absent, or 0, which models write for "as usual".
  std::optional<size_t> count(std::string_view name) const;

  bool flag(std::string_view name, bool usual = false) const;

private:
  struct argument {
    std::string name;
    std::string text; ///< A string's content, or the JSON of anything else.
  };
  std::vector<argument> all_;
};

/// "The argument X is missing".
proto::error missing(std::string_view argument);

} // namespace kodad::actors
