#include "tests/load/options.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace kodad::load {

void refuse(const std::string& sentence) {
  std::fprintf(stderr, "%s\n", sentence.c_str());
  std::exit(2);
}

options::options(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  size_t at = 0;
  if (!words.empty() && !words[0].starts_with("-"))
    mode_ = words[at++];
  while (at < words.size() && words[at] != "--") {
    if (!words[at].starts_with("--") || at + 1 == words.size())
      refuse("expected --name value, got: " + words[at]);
    values_[words[at].substr(2)] = words[at + 1];
    at += 2;
  }
  if (at < words.size())
    command_.assign(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
}

std::string options::text(std::string_view name, std::string_view otherwise) const {
  auto found = values_.find(name);
  return found == values_.end() ? std::string(otherwise) : found->second;
}

int64_t options::number(std::string_view name, bounds allowed) const {
  auto found = values_.find(name);
  if (found == values_.end())
    return allowed.otherwise;
  const std::string& given = found->second;
  int64_t number = 0;
  auto [end, failure] = std::from_chars(given.data(), given.data() + given.size(), number);
  if (failure != std::errc{} || end != given.data() + given.size() || number < allowed.low ||
      number > allowed.high)
    refuse("--" + std::string(name) + " must be a whole number from " +
           std::to_string(allowed.low) + " to " + std::to_string(allowed.high));
  return number;
}

} // namespace kodad::load
