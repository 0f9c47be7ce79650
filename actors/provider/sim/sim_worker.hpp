// SIM WORKER: lets what is to be done be written down as if tools answered at once. Each model call
// runs the same course again from its beginning: a tool call that the conversation holds already
// gives its result, the first one that it does not hold is what this model call asks for. So the
// course is a function of the conversation alone, and no call is made twice.
#pragma once

#include "actors/provider/sim/sim_prompt.hpp"

namespace kodad::actors {

/// One tool call to make, and the thought that leads to it.
struct sim_look_up {
  std::string thought;
  std::string tool;
  std::string input;
};

/// What an edit does.
struct sim_change {
  std::string from;
  std::string to;
  bool is_everywhere = false; ///< Else `from` must stand there once.
};

/// The tool of this name that the request offers; null for none.
const proto::tool_spec* find_tool(const proto::chat_request& request, std::string_view name);

/// What the tool calls its file argument; hosts differ.
std::string path_key(const proto::tool_spec& tool);

class sim_worker {
public:
  sim_worker(const proto::chat_request& request, const sim_prompt& prompt)
      : request_(request), prompt_(prompt) {}

  bool has(std::string_view tool) const { return find_tool(request_, tool) != nullptr; }

  /// The same; where it is not there, the course stops for want of it.
  bool needs(std::string_view tool);

  // Each gives the call's result, or nothing: then the course stops here, and `next`, `missing` or
  // `is_spent` says why.
  const sim_past_call* read(const std::string& path, int64_t offset = 0);
  const sim_past_call* write(const std::string& path, const std::string& content);
  const sim_past_call* edit(const std::string& path, const sim_change& change);
  const sim_past_call* glob(const std::string& pattern);
  const sim_past_call* grep(const std::string& pattern, const std::string& within,
                            bool any_case = false);

  /// @param purpose In a few words, for people who are asked whether it may run.
  const sim_past_call* bash(const std::string& command, const std::string& purpose);

  /// The names of the tools that there are.
  std::vector<std::string> tools() const;

  std::optional<sim_look_up> next; ///< The call to make.
  std::string missing;             ///< The tool that was needed and is not there.
  bool is_spent = false;           ///< No more calls may be made in this answer.

private:
  const sim_past_call* call(sim_look_up wanted);

  const proto::chat_request& request_;
  const sim_prompt& prompt_;
  size_t told_ = 0; // Calls whose results the course has had.
};

} // namespace kodad::actors
