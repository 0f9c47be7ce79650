// FINDINGS: what came up while one file of the configuration was read: mistakes, which keep kodad
// from starting, and warnings. All of a file are told at once, in the order of its lines. Also
// where each key stands, so that what is found out later can be told with its place.
#pragma once

#include "proto/result.hpp"
#include "storage/host/environment.hpp"

#include <map>
#include <string>
#include <vector>

namespace kodad::storage {

/// The line of each key that has a value, from 1, by the key's full name ("server.port").
using key_lines = std::map<std::string, int>;

/// "config FILE line N: KEY: ", without the line where the key stands nowhere.
std::string place_of(const std::string& file, const key_lines& lines, const std::string& key);

/// A key that the loader asked for.
struct known_key {
  std::string name;    ///< Full, without places in lists: "providers[].id".
  std::string takes;   ///< What may stand there: "a whole number from 0 to 65535".
  std::string without; ///< What holds where it is missing; empty for nothing.
  bool is_used = true; ///< Else it is KodaCode's, and has no effect.
};

class findings {
public:
  /// @param keys Gets every key that is asked for; then nothing is told of any. May be null.
  findings(std::string file, host::environment variables, std::vector<known_key>* keys = nullptr)
      : file_(std::move(file)), variables_(std::move(variables)), keys_(keys) {}

  /// "config FILE line N: KEY: expected …", without a line where it is not positive.
  void fail(int line, const std::string& key, const std::string& expected);
  void warn(int line, const std::string& key, const std::string& text);

  /// The same where the key stands.
  void fail_at(const std::string& key, const std::string& expected);
  void warn_at(const std::string& key, const std::string& text);
  void remark_at(const std::string& key, const std::string& text);

  /// What is no mistake but worth knowing once the file is taken.
  void remark(int line, const std::string& key, const std::string& text);

  /// @param key Full name. A value may stand at several lines through an alias: the first counts.
  void note(int line, const std::string& key) { lines_.emplace(key, line); }

  const std::string& file() const { return file_; }
  const host::environment& variables() const { return variables_; }
  const key_lines& lines() const { return lines_; }
  bool has_failed() const { return has_failed_; }
  bool has_failed(const std::string& key) const;

  /// Null but where the keys themselves are wanted.
  std::vector<known_key>* keys() const { return keys_; }

  /// One line each. The last mistake is kept back: it is `last_failure`.
  std::vector<std::string> take_told();

  /// The mistakes alone, one line each, in the order of their lines.
  std::vector<std::string> failures() const;

  /// @pre has_failed()
  proto::error last_failure() const;

private:
  struct finding {
    int line = 0;
    enum class weight : uint8_t { remark, warning, failure } weight = weight::warning;
    std::string key;
    std::string text;
  };

  void add(finding what);
  int line_at(const std::string& key) const;
  const finding& last() const;

  std::string file_;
  host::environment variables_;
  std::vector<known_key>* keys_;
  key_lines lines_;
  std::vector<finding> all_; ///< By line.
  bool has_failed_ = false;
  size_t left_out_ = 0;
};

} // namespace kodad::storage
