// CALL ASSEMBLER: tool calls that arrive in fragments, merged into whole ones. Forgiving, because
// servers differ: a fragment may lack its index or its id, repeat either, bring a new id with each
// piece, repeat the name, cut it or send it empty, and a whole call may come as one fragment or
// twice. What tells two calls apart is a name, where an index or an id does not.
#pragma once

#include "proto/chat.hpp"
#include "proto/provider/call_arguments.hpp"
#include "proto/text/split_characters.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace kodad::proto::provider {

struct call_fragment {
  std::optional<int64_t> index; ///< The provider's number of the call.
  std::string_view id;
  std::string_view name;
  std::string_view arguments;
  bool is_next = false; ///< Another call lies before it in the same list.
};

/// What the index of a fragment is worth.
enum class call_numbers : uint8_t {
  own,     ///< It is the decoder's own number of the call: nothing else counts.
  as_sent, ///< It is what a server says.
};

class call_assembler {
public:
  explicit call_assembler(call_numbers numbers = call_numbers::own) : numbers_(numbers) {}

  /// Merges a fragment and appends `tool_begin` and `tool_input`. Fails with `provider_failed`
  /// beyond `limits::calls_per_answer`.
  result<void> add(const call_fragment& piece, std::vector<stream_chunk>& out);

  /// The provider says the whole call at `index` once more: from now on these arguments count. What
  /// was not told yet, of the call or all of it, is told. Fails like `add`.
  result<void> settle(const call_fragment& whole, std::vector<stream_chunk>& out);

  /// The same for a call that is known by its id, or else by its place among all.
  result<void> restate(size_t place, const call_fragment& whole, std::vector<stream_chunk>& out);

  /// Appends `tool_end` for every call, with the name and id that it has in the end. Its text is
  /// the JSON object of the arguments. Where what came is none, it is the raw text, so that the
  /// model can be told; of arguments longer than `limits::tool_input_bytes` it is the beginning,
  /// which is longer than that as well. A call of which neither name nor arguments came is none.
  void finish(calls_end how, std::vector<stream_chunk>& out);

  /// Is there no call of which more than its place came?
  bool empty() const;

private:
  struct open_call {
    std::optional<int64_t> wire_index;
    std::string id;
    std::string name;
    std::string arguments;
    std::vector<size_t> restarts; ///< Where pieces lie that may say all of them anew.
    text::half_joiner halves{text::lone_half::spelled};
    bool begun = false;
  };

  size_t place_of(const call_fragment& piece);
  size_t place_of_new_index(const call_fragment& piece);
  size_t place_of_named(size_t latest, const call_fragment& piece);
  std::optional<size_t> find(const call_fragment& piece) const;
  static void take_name(open_call& into, std::string_view name);
  static bool says_all_again(const open_call& call, std::string_view piece);
  static std::string take_arguments(open_call& into, std::string_view piece);
  bool is_whole(const open_call& call);
  result<void> settle_at(size_t place, const call_fragment& whole, std::vector<stream_chunk>& out);
  void begin(size_t place, std::vector<stream_chunk>& out);
  void join_nameless(calls_end how);

  call_numbers numbers_;
  std::vector<open_call> calls_;
  argument_reader reader_;
};

} // namespace kodad::proto::provider
