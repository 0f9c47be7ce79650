// CALL ASSEMBLER: tool calls that arrive in fragments, merged into whole ones. Forgiving, because
// servers differ: a fragment may lack its index or its id, repeat either, repeat the name or send
// it empty, and a whole call may come as one fragment or twice.
#pragma once

#include "proto/chat.hpp"
#include "proto/json/reader.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace kodad::proto::provider {

struct call_fragment {
  std::optional<int64_t> index; ///< The provider's number of the call.
  std::string_view id;
  std::string_view name;
  std::string_view arguments;
};

/// Why the answer is over, as far as its calls are concerned.
enum class calls_end : uint8_t {
  complete,
  cut_short, ///< The output limit was reached: empty arguments are missing, not none.
};

class call_assembler {
public:
  /// Merges a fragment and appends `tool_begin` and `tool_input`. Fails with `provider_failed`
  /// beyond `limits::calls_per_answer`.
  result<void> add(const call_fragment& piece, std::vector<stream_chunk>& out);

  /// The provider says the whole call at `index` once more: from now on these arguments count. What
  /// was not told yet, of the call or all of it, is told. Fails like `add`.
  result<void> settle(const call_fragment& whole, std::vector<stream_chunk>& out);

  /// Appends `tool_end` for every call. Its text is the JSON object of the arguments. Where what
  /// came is none, it is the raw text, so that the model can be told; of arguments longer than
  /// `limits::tool_input_bytes` it is the beginning, which is longer than that as well.
  void finish(calls_end how, std::vector<stream_chunk>& out);

  bool empty() const { return calls_.empty(); }

private:
  struct open_call {
    std::optional<int64_t> wire_index;
    std::string id;
    std::string name;
    std::string arguments;
    bool begun = false;
  };

  size_t place_of(const call_fragment& piece);
  size_t place_by_index(const call_fragment& piece) const;
  size_t place_without_index(const call_fragment& piece) const;
  void begin(size_t place, std::vector<stream_chunk>& out);
  std::string whole_arguments(const open_call& of, calls_end how);
  bool is_object(std::string_view text);

  std::vector<open_call> calls_;
  json::parser parse_;
};

} // namespace kodad::proto::provider
