#include "storage/config/key_table.hpp"

#include "storage/config/config_sections.hpp"

namespace kodad::storage {

namespace {

/// Asks the loader, with a file in which every section that it can have stands once.
std::vector<known_key> ask_loader() {
  std::vector<known_key> out;
  auto nothing = [](const std::string&) -> std::optional<std::string> { return std::nullopt; };
  findings unheard("", nothing, &out);
  section all(unheard, YAML::Load("providers: [{type: github-copilot, models: [{}]}]"), "");
  proto::config defaults;
  read_all(all, nothing, defaults);
  return out;
}

/// A bar would end the cell.
std::string cell(std::string_view text) {
  std::string out;
  for (char c : text)
    out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

} // namespace

const std::vector<known_key>& known_keys() {
  static const auto all = ask_loader();
  return all;
}

std::string key_table_text() {
  std::string out = "| key | takes | without it | what it does |\n|---|---|---|---|\n";
  std::string unused;
  for (const auto& key : known_keys()) {
    if (!key.is_used) {
      unused += (unused.empty() ? "`" : ", `") + key.name + "`";
      continue;
    }
    out += "| `" + key.name + "` | " + cell(key.takes) + " | " + cell(key.without) + " | " +
           cell(meaning_of(key.name)) + " |\n";
  }
  return out + "\nKeys of KodaCode that are taken and have no effect: " + unused + ".\n";
}

} // namespace kodad::storage
