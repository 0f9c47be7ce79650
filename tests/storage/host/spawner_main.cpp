// A test program that can be its own spawner, as the real one is.
#define DOCTEST_CONFIG_IMPLEMENT
#include "storage/host/spawner.hpp"

#include <doctest/doctest.h>

int main(int count, char** words) {
  kodad::storage::host::run_spawner_if_asked(count, words);
  return doctest::Context(count, words).run();
}
