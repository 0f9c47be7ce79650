// MISTAKE: one row of the tables of mistakes that people make in configurations: each is told
// once, with its line, its key and what helps, and none is taken in silence.
#pragma once

#include "tests/storage/config/told.hpp"

#include <doctest/doctest.h>

namespace kodad::tests {

struct mistake {
  const char* text;
  const char* place; ///< "line 2: server.port: "
  const char* part;  ///< Of the rest.
};

inline void check_told(const mistake& one, bool is_taken) {
  auto told = tell_of(one.text);
  INFO((std::string(one.text) + "\n-> " + told.text()));
  CHECK(told.is_taken == is_taken);
  CHECK(told.lines.size() == 1);
  bool has_place = !told.lines.empty() && told.lines.back().find(one.place) != std::string::npos &&
                   told.lines.back().starts_with("config f ");
  CHECK(has_place);
  CHECK(told.text().find(one.part) != std::string::npos);
  CHECK(told.text().find("line 0") == std::string::npos);
  CHECK(told.text().find("secret") == std::string::npos);
}

} // namespace kodad::tests
