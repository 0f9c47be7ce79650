// VALUE TEXT: numbers, sizes and words of the configuration as people write them, and how they are
// shown when they are wrong. Pure, apart from yaml-cpp's nodes. Only storage/config includes this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <yaml-cpp/yaml.h>

namespace kodad::storage {

/// Both ends count.
template <class T>
struct range {
  T least;
  T most;
  const char* unit = ""; ///< "seconds"; empty for mere numbers.
};

/// From 1; 0 where a node stands nowhere.
int line_of(const YAML::Node& at);

/// A scalar that is not null.
bool is_word(const YAML::Node& node);

/// Does it stand in quotes?
bool is_quoted(const YAML::Node& node);

/// What stands there instead, if it can be shown. For keys that hold no secret.
std::string not_this(const YAML::Node& node);

/// "a whole number of seconds from 1 to 60"
std::string takes(range<int64_t> bounds);
std::string takes(range<double> bounds);

/// "a size from 1MiB to 4GiB, such as 512MiB or 4GiB"
std::string takes_size(range<uint64_t> bounds);

/// Without zeros that say nothing.
std::string number_text(double value);

/// 4GiB for the number of its bytes.
std::string size_text(uint64_t bytes);

/// Nothing for what is no number, or has zeros before it: those count in eights to some.
std::optional<int64_t> parse_whole(const YAML::Node& node);
std::optional<double> parse_number(const YAML::Node& node);

/// A number of bytes, perhaps with a unit.
std::optional<uint64_t> parse_size(const YAML::Node& node);

/// The word for true or false that somebody may have meant by yes, off or 1; empty for others.
std::string_view meant_flag(std::string_view given);

} // namespace kodad::storage
