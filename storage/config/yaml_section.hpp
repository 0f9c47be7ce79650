// YAML SECTION: one map of the configuration file and the keys that it may have. Reading a value
// checks its type and range; what is wrong goes to the shared `findings` with file, line and key,
// so that the code that reads a section is a plain list of its keys. The first error counts; after
// it reading goes on without effect. Only storage/config includes this: it brings in yaml-cpp.
#pragma once

#include "proto/permission.hpp"
#include "proto/result.hpp"
#include "storage/host/environment.hpp"

#include <yaml-cpp/yaml.h>

#include <map>
#include <vector>

namespace kodad::storage {

/// What came up while reading one file.
struct findings {
  std::string file;
  host::environment variables;
  std::optional<proto::error> failure;
  std::vector<std::string> warnings;

  /// "config FILE line N: KEY: expected …"
  void fail(const YAML::Node& at, const std::string& key, const std::string& expected);
  void warn(const YAML::Node& at, const std::string& key, const std::string& text);
};

/// Is a value read as written, or are its `${NAME}` replaced?
enum class expansion : uint8_t { none, variables };

template <class T>
struct range {
  T least;
  T most;
};

class section {
public:
  /// @param path The keys above, with a dot at the end; empty for the whole file.
  section(findings& into, YAML::Node node, std::string path);

  /// Is there a value at `key`?
  bool has(std::string_view key) { return find(key).IsDefined(); }

  void read(std::string_view key, std::string& out, expansion how = expansion::none);
  void read(std::string_view key, bool& out);
  void read(std::string_view key, int64_t& out, range<int64_t> bounds);
  void read(std::string_view key, double& out, range<double> bounds);
  void read(std::string_view key, proto::permission_set& out);

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
  void pass_over(std::string_view key) { unused_.push_back(key); }

  /// Call last: warns about each key that was never asked for, with the nearest one that was.
  void finish();

  void fail(std::string_view key, const std::string& expected);
  void warn(std::string_view key, const std::string& text);

private:
  YAML::Node find(std::string_view key);
  std::string full(std::string_view key) const { return path_ + std::string(key); }

  findings& into_;
  YAML::Node node_;
  std::string path_;
  std::vector<std::string_view> known_;
  std::vector<std::string_view> unused_;
};

} // namespace kodad::storage
