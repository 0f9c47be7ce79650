// YAML SECTION: one map of the configuration file and the keys that it may have. Reading a value
// checks its type and range; what is wrong goes to the shared `findings` with file, line and key,
// so that the code that reads a section is a plain list of its keys. After a mistake reading goes
// on, to find the others; a value that cannot be read is told once, whatever else would be said of
// it. Only storage/config includes this: it brings in yaml-cpp.
#pragma once

#include "proto/permission.hpp"
#include "proto/words.hpp"
#include "storage/config/findings.hpp"
#include "storage/config/value_text.hpp"

#include <map>
#include <span>

namespace kodad::storage {

/// Is a value read as written, or are its `${NAME}` replaced? By something, where an empty value
/// makes no sense.
enum class expansion : uint8_t { none, variables, filled_variables };

/// What other programs call one of ours.
struct other_word {
  std::string_view theirs; ///< In small letters.
  std::string_view ours;
};

/// "expected a or b, not C; did you mean b?", where C is another word for one of those known.
std::string other_word_fault(std::span<const std::string_view> known, std::string_view given,
                             std::span<const other_word> others, const std::string& usual);

/// What KodaCode has at a key that is not used here.
enum class unused_kind : uint8_t { word, flag, number, list, map };

class section {
public:
  /// @param path The keys above, with a dot at the end; empty for the whole file.
  /// @param line Where the section stands, should its node not know.
  section(findings& into, YAML::Node node, std::string path, int line = 0);

  /// Is there a value at `key`?
  bool has(std::string_view key) { return find(key).IsDefined(); }

  /// Does the key stand there, with a value or without?
  bool is_named(std::string_view key) const;

  /// Does a key stand there that was meant for this one, and is told as such?
  bool is_misspelt(std::string_view key) const { return !misspelt(key).empty(); }

  /// Does a value stand there that could not be read?
  bool is_unreadable(std::string_view key) const;

  void read(std::string_view key, std::string& out, expansion how = expansion::none);
  void read(std::string_view key, bool& out);
  void read(std::string_view key, int64_t& out, range<int64_t> bounds);
  void read(std::string_view key, double& out, range<double> bounds);
  void read(std::string_view key, proto::permission_set& out);

  /// One of the few words of its type. @param others What people write for some of them.
  template <proto::worded_enum E>
  void read_word(std::string_view key, E& out, std::span<const other_word> others = {}) {
    auto known = words(out);
    describe(key, proto::joined_words(known), std::string(known[static_cast<size_t>(out)]));
    std::string given;
    read(key, given);
    if (!has(key) || is_unreadable(key))
      return;
    if (auto read = proto::read_word(given, out); !read)
      refuse(key, find(key), other_word_fault(known, given, others, read.failure().context));
  }

  /// A list of words, or a single one.
  void read(std::string_view key, std::vector<std::string>& out, expansion how = expansion::none);

  /// A map of words to words.
  void read(std::string_view key, std::map<std::string, std::string>& out, expansion how);

  /// A number of bytes, or one with a unit: 512KiB, 4GiB, 1TiB; K, M, G and T mean the same.
  void read_bytes(std::string_view key, uint64_t& out, range<uint64_t> bounds);

  /// For the other integral types.
  template <class T>
  void read_count(std::string_view key, T& out, range<int64_t> bounds) {
    auto value = static_cast<int64_t>(out);
    read(key, value, bounds);
    out = static_cast<T>(value);
  }

  /// The map at `key`; an empty one when the key is absent.
  section below(std::string_view key);

  /// The maps of the list at `key`.
  std::vector<section> list_below(std::string_view key);

  /// The key is KodaCode's and not used here; a file that has it hears so.
  void pass_over(std::string_view key, unused_kind kind);

  /// What a key takes, where its type alone says too little. Call before the key is read.
  void describe(std::string_view key, const std::string& takes, const std::string& without);

  /// Call last: warns about each key that was never asked for, with the nearest one that was, and
  /// about each that has no value.
  void finish();

  /// Is this a map at all? Its keys are not missed where it is none: that was told.
  bool is_sound() const { return is_sound_; }

  /// Of a key that has failed already nothing more is told.
  void fail(std::string_view key, const std::string& expected);

  /// The same at a key that was meant for this one, and in place of what is told of that. False
  /// where there is none.
  bool fail_misspelt(std::string_view key, const std::string& expected);

  void warn(std::string_view key, const std::string& text);
  void remark(std::string_view key, const std::string& text);

  /// The same of one entry of the list at `key`, counted among those that were read.
  void fail_entry(std::string_view key, size_t at, const std::string& expected);
  void warn_entry(std::string_view key, size_t at, const std::string& text);
  void remark_entry(std::string_view key, size_t at, const std::string& text);

  /// Of one name in the map at `key`.
  void fail_name(std::string_view key, const std::string& name, const std::string& expected);
  void warn_name(std::string_view key, const std::string& name, const std::string& text);

  /// ", not VALUE", as it stands in the file: with names of variables, not what they hold, and
  /// without what may hold a password.
  std::string not_what_stands(std::string_view key);

  findings& found() { return into_; }
  const findings& found() const { return into_; }

private:
  struct unused_key {
    std::string_view key;
    unused_kind kind;
  };

  YAML::Node find(std::string_view key);
  int place_of(std::string_view key);
  int place_of_name(std::string_view key, const std::string& name);
  int place_of_entry(std::string_view key, size_t at);
  void refuse(std::string_view key, const YAML::Node& node, const std::string& expected);
  void warn_of_quotes(std::string_view key, const YAML::Node& node, const char* kind);
  void warn_unused(const YAML::Node& value, const unused_key& what);
  void warn_unknown(const YAML::Node& key);
  std::string misspelt(std::string_view key) const;
  std::string meant_key(const std::string& key) const;
  std::string full(std::string_view key) const { return path_ + std::string(key); }

  findings& into_;
  YAML::Node node_;
  std::string path_;
  int line_;
  bool is_sound_ = true;
  std::vector<std::string_view> known_;
  std::vector<std::string_view> unreadable_;
  std::vector<unused_key> unused_;
  std::vector<std::string> told_; ///< Unknown keys of which all is told.
  std::map<std::string, std::vector<size_t>, std::less<>> entries_; ///< Of lists: those read.
};

} // namespace kodad::storage
