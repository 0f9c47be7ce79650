// OPENAI RESPONSES ITEMS: what a Responses answer consists of. The list of the items seen so far,
// found again by their number or id, and what is read from a complete one.
#pragma once

#include "proto/json/reader.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::proto::provider {

enum class item_kind : uint8_t { unknown, other, message, reasoning, call };

item_kind kind_of_item(std::string_view type);

struct response_item {
  std::optional<int64_t> index; ///< `output_index`
  std::string id;
  std::string call_id;
  item_kind kind = item_kind::unknown;
  std::string said;                 ///< Its text so far.
  std::optional<int64_t> paragraph; ///< The number of the one that is being said.
  bool done = false;                ///< The complete item came.
  bool in_output = false;           ///< The list at the answer's end has it.
};

/// Places in it stay. Functions that may add fail with `provider_failed` when there are too many.
class response_items {
public:
  /// Where the item that a delta belongs to stands: by number, else by id, else the last.
  result<size_t> place_for(const json::object& frame);

  /// Where an item that begins or ends stands. One that is done and comes again under another id is
  /// another one, of a gateway that does not count.
  result<size_t> place_of(std::optional<int64_t> index, std::string_view id);

  /// Where the item of that id stands; `size()` when nowhere.
  size_t find(std::string_view id) const;

  /// Where an item of the list at the answer's end stands, as far as it was streamed: by its id,
  /// its call's id, its place in the list, or else as the next of its kind, since gateways change
  /// ids on the way and leave items out. `size()` for one that was not streamed.
  /// @param number Its place in the list.
  size_t place_of_output(const json::object& from, int64_t number);

  result<size_t> add(std::optional<int64_t> index, std::string_view id);

  size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  response_item& operator[](size_t place) { return items_[place]; }

private:
  std::vector<response_item> items_;
};

/// The string at `key`, or nothing.
std::string_view text_of(const json::object& from, std::string_view key);

/// Appends the texts, and refusals, of the parts in the array at `list`, `between` between them.
void join_texts(std::string& to, const json::object& from, std::string_view list,
                std::string_view between);

/// Does a message hold a refusal?
bool has_refusal(const json::object& from);

/// A reasoning item as it must go back: its summary and sealed content, without its id, which names
/// nothing that is stored. Empty when nothing in it is sealed.
std::string sealed_reasoning(const json::object& from);

} // namespace kodad::proto::provider
