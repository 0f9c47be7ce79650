#!/usr/bin/python3
"""Plants one offence at a time in a small clean tree and expects tidy.py to name exactly that."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TIDY = Path(__file__).resolve().parents[2] / "scripts" / "tidy.py"

HEADER = "// THING: what a thing is.\n#pragma once\n"
CLEAN = {
    "CMakeLists.txt": "project(sample)\n",
    "README.md": "# sample\n",
    "proto/CMakeLists.txt": "add_library(kodad_proto thing.cpp)\n",
    "proto/thing.hpp": HEADER + "namespace kodad::proto {\nint thing();\n}\n",
    "proto/thing.cpp": '#include "proto/thing.hpp"\n',
    "actors/interfaces.hpp": HEADER,
    "http/CMakeLists.txt": "add_executable(kodad main.cpp)\n",
    "http/main.cpp": '#include "storage/store.hpp"\n#include "actors/turn/turn.hpp"\n',
    "http/start/host.hpp": HEADER + '#include "storage/store.hpp"\n',
    "http/door.hpp": HEADER + '#include "actors/interfaces.hpp"\n#include <sys/socket.h>\n',
    "tests/thing_test.hpp": HEADER + "#include <thread>\n",
}


class tidy_test(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for path, text in CLEAN.items():
            self.write(path, text)

    def write(self, path, text):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def run_tidy(self):
        done = subprocess.run(
            [sys.executable, str(TIDY), str(self.root)], capture_output=True, text=True, check=False
        )
        self.assertEqual(done.stderr, "")
        return done.returncode, [line for line in done.stdout.split("\n") if ": " in line]

    def expect(self, path, text, *findings):
        """Plants one file; expects these findings ("line: start of the rule") and no others."""
        self.write(path, text)
        code, lines = self.run_tidy()
        self.assertEqual(len(lines), len(findings), lines)
        for line, finding in zip(lines, findings):
            self.assertTrue(line.startswith(f"{path}:{finding}"), line)
        self.assertEqual(code, 1 if findings else 0)

    def test_a_clean_tree_passes(self):
        self.assertEqual(self.run_tidy(), (0, []))

    def test_a_wrong_arrow_is_found(self):
        arrows = (
            ("proto/a.hpp", '"storage/store.hpp"'),
            ("storage/a.hpp", '"actors/interfaces.hpp"'),
            ("actors/a.hpp", '"http/door.hpp"'),
            ("http/a.hpp", '"storage/store.hpp"'),
            ("http/a.hpp", '"actors/turn/turn.hpp"'),
            ("http/a.hpp", '"http/start/host.hpp"'),
        )
        for path, include in arrows:
            with self.subTest(path=path, include=include):
                self.expect(path, f"{HEADER}#include {include}\n", "3: include arrow")
                (self.root / path).unlink()

    def test_a_library_outside_its_home_is_found(self):
        for path, include in (
            ("proto/a.hpp", "<simdjson.h>"),
            ("proto/a.hpp", "<rapidjson/writer.h>"),
            ("proto/a.hpp", "<caf/all.hpp>"),
            ("proto/a.hpp", "<mutex>"),
            ("storage/a.hpp", "<lmdb.h>"),
            ("storage/a.hpp", "<fcntl.h>"),
            ("actors/a.hpp", "<curl/curl.h>"),
        ):
            with self.subTest(path=path, include=include):
                self.expect(path, f"{HEADER}#include {include}\n", "3: include home")
                (self.root / path).unlink()

    def test_an_include_not_from_the_root_is_found(self):
        self.expect("proto/a.hpp", HEADER + '#include "thing.hpp"\n', "3: include from the root")

    def test_sizes_are_bounded(self):
        self.expect("proto/a.hpp", HEADER + "\n" * 399, "401: file of 401 lines")
        self.expect("proto/a.hpp", HEADER + "// " + "é" * 97 + "\n")
        self.expect("proto/a.hpp", HEADER + "// " + "x" * 98 + "\n", "3: line of 101 columns")

    def test_only_functions_are_bounded(self):
        body = "  call();\n" * 59
        long_scope = "struct big {\n" + "  int x;\n" * 70 + "};\n"
        long_table = "constexpr int table[] = {\n" + "  f(1),\n" * 70 + "};\n"
        self.expect("proto/a.hpp", HEADER + long_scope + long_table)
        self.expect("proto/a.hpp", f"{HEADER}int f(int x) {{\n{body[:-10]}}}\n")
        self.expect("proto/a.hpp", f"{HEADER}int f(int x) {{\n{body}}}\n", "3: function of 61")
        inner = f"class c {{\n  template <class T>\n  auto g(T x) -> int {{\n{body}}}\n}};\n"
        self.expect("proto/a.hpp", HEADER + inner, "4: function of 62")

    def test_braces_in_text_do_not_count(self):
        text = 'auto a = R"x(} {)x";\nchar b = \'{\';\nint c = 1\'000; // {\nvoid f() {}\n'
        self.expect("proto/a.hpp", HEADER + text + long_function(), "7: function of 70")

    def test_banned_names_are_found(self):
        for line in ("int a_helper();", "struct util {};", "void handle_data();", "int do_it();"):
            with self.subTest(line=line):
                self.expect("proto/a.hpp", f"{HEADER}{line}\n", "3: banned name")
        self.expect("proto/a.hpp", HEADER + "using a = std::common_type_t<int>; // a helper\n")
        (self.root / "proto/a.hpp").unlink()
        self.expect("proto/string_util.hpp", HEADER, "1: banned name")

    def test_unfinished_work_is_found(self):
        for word in ("TO" + "DO", "FIX" + "ME", "XX" + "X"):
            with self.subTest(word=word):
                self.expect("scripts/a.sh", f"# {word}: later\n", "1: unfinished")
        self.expect("scripts/a.sh", "mktemp /tmp/a.XXXXXX\n")

    def test_a_lambda_that_captures_everything_is_found(self):
        self.expect("proto/a.hpp", HEADER + "auto f = [=] { return 1; };\n", "3: a lambda")
        self.expect("proto/a.hpp", HEADER + "auto f = [a = 1] { return a; };\n")

    def test_a_sleeping_test_is_found(self):
        for function in ("std::this_thread::sleep_for", "usleep", "sleep"):
            with self.subTest(function=function):
                body = f"void f() {{ {function}(1); }}\n"
                self.expect("tests/a.hpp", HEADER + body, "3: a test waits")
        self.expect("tests/a.hpp", HEADER + 'auto f = "usleep' + '(1)";\n')
        (self.root / "tests/a.hpp").unlink()
        self.expect("tests/a.py", "time.sleep" + "(1)\n", "1: a test waits")

    def test_strays_are_found(self):
        self.expect("tools/a.txt", "a\n", "1: stray top-level entry")
        (self.root / "tools/a.txt").unlink()
        self.expect("notes.txt", "a\n", "1: stray top-level entry")
        (self.root / "notes.txt").unlink()
        self.expect(".ci/notes", "a\n")

    def test_headers_have_a_guard_and_an_opening(self):
        self.expect("proto/a.hpp", "// A: what it is.\n", "1: header without #pragma once")
        self.expect("proto/a.hpp", "#pragma once\n", "1: header without an opening comment")

    def test_a_source_that_nothing_builds_is_found(self):
        self.expect("proto/json/a.cpp", "", "1: in no CMakeLists.txt")
        self.write("proto/CMakeLists.txt", "add_library(kodad_proto json/a.cpp thing.cpp)\n")
        self.assertEqual(self.run_tidy(), (0, []))
        self.write("proto/CMakeLists.txt", "add_library(kodad_proto thing.cpp)\n")
        self.write("proto/sse/CMakeLists.txt", "add_library(kodad_sse ../json/a.cpp)\n")
        self.assertEqual(self.run_tidy(), (0, []))

    def test_a_script_must_be_executable(self):
        self.expect("scripts/a", "#!/bin/sh\n", "1: a script must be executable")
        os.chmod(self.root / "scripts/a", 0o755)
        self.assertEqual(self.run_tidy(), (0, []))


def long_function():
    return "void g() {\n" + "  call();\n" * 68 + "}\n"


if __name__ == "__main__":
    unittest.main()
