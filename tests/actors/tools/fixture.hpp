// What the tools' tests share: a workspace in a temporary folder, and calls on it.
#pragma once

#include "actors/tools/argument_rules.hpp"
#include "actors/tools/command.hpp"
#include "proto/limits.hpp"
#include "tests/storage/host/fixture.hpp"

namespace kodad::actors {

inline tool_arguments arguments(std::string_view tool, const std::string& json) {
  auto given = read_arguments(tool, json);
  REQUIRE(given);
  return std::move(*given);
}

/// The sentence that refuses the arguments.
inline std::string refusal(std::string_view tool, const std::string& json) {
  auto given = read_arguments(tool, json);
  REQUIRE(!given);
  CHECK(given.failure().code == proto::ec::tool_invalid_args);
  return given.failure().context;
}

inline bool has(std::string_view text, std::string_view piece) {
  return text.find(piece) != text.npos;
}

struct workspace_place {
  workspace_place() {
    auto opened = storage::host::open_folder(at.path());
    REQUIRE(opened);
    workspace = std::move(*opened);
  }

  std::string path(const std::string& below) const { return at.path(below); }

  void put(const std::string& below, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path(below)).parent_path());
    storage::host::write_text(path(below), text);
  }
  std::string get(const std::string& below) const { return storage::host::read_text(path(below)); }

  storage::host::temporary_folder at;
  storage::host::folder workspace;
};

/// Runs a command as the tool runner does, without a sandbox.
inline tool_output finish_command(storage::host::process_host& processes,
                                  proto::result<command> made) {
  REQUIRE(made);
  auto heard = std::make_shared<storage::host::recorder>();
  REQUIRE(processes.start(made->spec, heard));
  auto status = heard->wait();
  output_keeper kept(proto::limits::tool_output_bytes);
  kept.add(heard->text());
  kept.add(heard->text(storage::host::output_stream::error));
  return made->finish(kept, status, made->spec);
}

} // namespace kodad::actors
