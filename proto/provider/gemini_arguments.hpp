// GEMINI ARGUMENTS: the arguments of a call that Vertex streams value by value, each with its path
// ("$.edits[0].path"). We never ask for that form, but gateways in front of Vertex do, and a call
// with half of its arguments must not pass for a whole one.
#pragma once

#include "proto/json/reader.hpp"
#include "proto/json/writer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kodad::proto::provider {

class gemini_arguments {
public:
  /// Takes the items of `partialArgs` in. A string with a path seen before goes on with that one.
  /// False for a path that is not understood, one that contradicts another, and beyond
  /// `limits::tool_input_bytes`; what is known is of no use then.
  bool add(const json::array& pieces);

  /// All that came, as a JSON object.
  std::string text() const;

private:
  enum class kind : uint8_t { fresh, object, array, string, literal };

  struct node {
    std::string name; ///< Within an object.
    kind is = kind::fresh;
    std::string text; ///< A string, or the JSON of a literal.
    std::vector<node> children;
  };

  bool add_one(const json::object& piece);
  node* place_of(std::string_view path);
  node* step_into(node& from, std::string_view name);
  node* step_into(node& from, size_t index);
  static bool set(node& at, const json::object& piece);
  static void write(const node& from, json::writer& out);

  node root_;
  size_t bytes_ = 0;
};

} // namespace kodad::proto::provider
