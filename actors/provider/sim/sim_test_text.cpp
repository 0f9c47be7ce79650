#include "actors/provider/sim/sim_test_text.hpp"

#include "actors/provider/sim/sim_findings.hpp"
#include "proto/json/writer.hpp"
#include "proto/text/ascii.hpp"

#include <algorithm>

namespace kodad::actors {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string name_at(std::string_view line) {
  auto end = std::find_if_not(line.begin(), line.end(), is_letter);
  return std::string(line.begin(), end);
}

/// What a line declares after one of the words at its beginning; empty for nothing.
std::string declared(std::string_view line, std::initializer_list<std::string_view> starts) {
  for (bool again = true; again;) {
    again = false;
    for (std::string_view lead : {"export ", "default ", "async "})
      if (line.starts_with(lead)) {
        line.remove_prefix(lead.size());
        again = true;
      }
  }
  for (auto start : starts)
    if (line.starts_with(start))
      return name_at(line.substr(start.size()));
  return {};
}

struct declaration {
  std::string name;
  std::string line;
};

/// The top-level declaration of that name, or the first of all.
declaration find_declared(const sim_test_subject& about,
                          std::initializer_list<std::string_view> starts) {
  for (const auto& line : about.lines) {
    auto name = declared(line, starts);
    if (!name.empty() && (about.name.empty() || name == about.name))
      return {name, line};
  }
  return {};
}

std::string plain(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return !is_letter(c); }, '_');
  return proto::text::to_lower(text);
}

/// "../" for each folder that the test lies in.
std::string way_up(const std::string& path) {
  std::string out;
  for (char c : path)
    if (c == '/')
      out += "../";
  return out;
}

sim_new_test python_test(const sim_test_subject& about) {
  auto found = find_declared(about, {"def ", "class "});
  sim_new_test out;
  auto subject = plain(found.name);
  out.path = about.folder + "test_" + subject + ".py";
  out.claim = "`" + found.name + "` is there and can be called";
  auto source = proto::json::quote(way_up(out.path) + about.path);
  out.text = "import importlib.util\nimport pathlib\nimport unittest\n\n"
             "SOURCE = pathlib.Path(__file__).resolve().parent / " +
             source + "\n\n\nclass SmokeTest(unittest.TestCase):\n    def test_" + subject +
             "_is_there(self):\n"
             "        spec = importlib.util.spec_from_file_location(\"subject\", SOURCE)\n"
             "        module = importlib.util.module_from_spec(spec)\n"
             "        spec.loader.exec_module(module)\n"
             "        self.assertTrue(callable(module." +
             found.name + "))\n\n\nif __name__ == \"__main__\":\n    unittest.main()\n";
  return out;
}

sim_new_test script_test(const sim_test_subject& about) {
  auto found = find_declared(about, {"function ", "const ", "let ", "class ", "exports."});
  sim_new_test out;
  out.path = about.folder + plain(found.name) + ".test.mjs";
  out.claim = "`" + found.name + "` is exported";
  auto up = way_up(out.path);
  auto source = proto::json::quote((up.empty() ? "./" : up) + about.path);
  out.text = "import assert from \"node:assert\";\nimport test from \"node:test\";\n\n"
             "test(\"" +
             found.name + " is exported\", async () => {\n  const all = await import(" + source +
             ");\n  assert.notStrictEqual(all." + found.name + " ?? all.default?." + found.name +
             ", undefined);\n});\n";
  return out;
}

sim_new_test go_test(const sim_test_subject& about) {
  auto found = find_declared(about, {"func ", "type ", "var ", "const "});
  auto package = find_declared({"", about.path, about.lines, ""}, {"package "});
  sim_new_test out;
  auto folder = about.path.substr(0, about.path.size() - file_name(about.path).size());
  out.path = folder + plain(found.name) + "_smoke_test.go";
  out.claim = "`" + found.name + "` is declared";
  auto use = found.line.starts_with("type ") ? "var _ " + found.name : "_ = " + found.name;
  out.text = "package " + (package.name.empty() ? "main" : package.name) +
             "\n\nimport \"testing\"\n\nfunc TestSmoke_" + found.name + "(t *testing.T) {\n\t" +
             use + "\n}\n";
  return out;
}

} // namespace

sim_new_test compose_test(const sim_test_subject& about) {
  auto subject = about;
  if (subject.path.starts_with("./"))
    subject.path.erase(0, 2);
  auto ending = file_ending(subject.path);
  bool is_script = ending == "js" || ending == "mjs" || ending == "cjs";
  sim_new_test out;
  if (ending != "py" && ending != "go" && !is_script) {
    out.problem = "I have patterns for tests in Python, JavaScript and Go, and `" + subject.path +
                  "` is none of them.";
    return out;
  }
  auto found = ending == "py" ? find_declared(subject, {"def ", "class "})
               : ending == "go"
                   ? find_declared(subject, {"func ", "type ", "var ", "const "})
                   : find_declared(subject, {"function ", "const ", "let ", "class ", "exports."});
  if (found.name.empty()) {
    auto what = subject.name.empty() ? "nothing is" : "`" + subject.name + "` is not";
    out.problem = what + " declared at the top level of `" + subject.path +
                  "`, which is all that I can test.";
    return out;
  }
  return ending == "py"   ? python_test(subject)
         : ending == "go" ? go_test(subject)
                          : script_test(subject);
}

} // namespace kodad::actors
