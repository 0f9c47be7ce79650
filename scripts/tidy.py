#!/usr/bin/python3
"""Checks the house rules that no compiler checks: include arrows, sizes, names, strays.

Usage: tidy.py [ROOT]. Prints each finding as "file:line: rule" and exits with 1 if there is any.
Works on text with comments and strings blanked out, not on a syntax tree: approximate, but every
rule is chosen so that clean code passes. Needs nothing beyond Python 3.9.
"""

import functools
import os
import re
import subprocess
import sys
from pathlib import Path

LINES_MAX = 400
FUNCTION_LINES_MAX = 60
COLUMNS_MAX = 100

ROOMS = ("proto", "storage", "actors", "http")
TOP_FOLDERS = ROOMS + ("tests", "scripts")
TOP_FILES = ("CMakeLists.txt", "README.md", "SECURITY.md")

# Which room may include from which; http has two headers of actors/ besides. What wires the house
# sees everything, and nothing else may include it.
ARROWS = {
    "proto": ("proto",),
    "storage": ("proto", "storage"),
    "actors": ("proto", "storage", "actors"),
    "http": ("proto", "http"),
}
HTTP_MAY_SEE = ("actors/interfaces.hpp", "actors/ports.hpp")
WIRING = ("http/main.cpp", "http/start/")

# Third-party and system headers, and the only folders where they belong. Tests are free.
HOMES = (
    (re.compile(r"simdjson\.h|rapidjson/"), ("proto/json/",)),
    (re.compile(r"lmdb\.h"), ("storage/lmdb/",)),
    (re.compile(r"yaml-cpp/"), ("storage/config/",)),
    (re.compile(r"caf/"), ("actors/", "http/")),
    (re.compile(r"httplib\.h|curl/|CLI/"), ("http/",)),
    (re.compile(r"(thread|mutex|fstream|iostream|condition_variable)$"),
     ("storage/", "actors/", "http/")),
    (re.compile(r"sys/|unistd\.h|fcntl\.h|spawn\.h|dirent\.h|poll\.h"),
     ("storage/host/", "storage/lmdb/", "http/")),
)

BANNED_PARTS = {"util", "utils", "helper", "helpers", "common", "misc", "manager"}
BANNED_WORD = re.compile(r"(?<!std::)\b(handle_data|do_\w+)\b")
IDENTIFIER = re.compile(r"(?<!std::)\b[A-Za-z_]\w*")
# The brackets keep this file from finding itself.
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X])\b")
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(")
CAPTURE_ALL = re.compile(r"\[=\s*[,\]]")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
CODE = (".cpp", ".hpp")
NARROW = CODE + (".py", ".sh", ".cmake")

TOKEN = re.compile(
    r'R"(?P<mark>[^()\s]*)\(.*?\)(?P=mark)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'
    r"|\b\d(?:'?[\w.])*"  # a number, so that 1'000 opens no character
    r"|'(?:\\.|[^'\\\n])*'"
    r"|//[^\n]*|/\*.*?\*/",
    re.DOTALL,
)
SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")


def blank(text):
    """The code without the contents of comments and strings; lines stay where they are."""

    def replace(match):
        token = match.group(0)
        if token[0].isdigit():
            return "0"
        quoted = '""' if token[0] in "\"'R" else ""
        return quoted + "\n" * token.count("\n")

    return TOKEN.sub(replace, text)


def without_preprocessor(code):
    """Drops directives with their continuation lines; lines stay where they are."""
    directive = re.compile(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", re.MULTILINE)
    return directive.sub(lambda match: "\n" * match.group(0).count("\n"), code)


def opens_function(head):
    """Does a brace after `head` open a function (rather than a scope or a table)?"""
    if ")" not in head or head.rstrip().endswith("="):
        return False
    plain = re.sub(r"->|operator\s*[<>=!]+", "", head)
    for nest in (r"\([^()]*\)", r"<[^<>]*>"):
        while re.search(nest, plain):
            plain = re.sub(nest, "", plain)
    return not SCOPE.search(plain)


def functions(code):
    """Yields (first line, number of lines) of every outermost function body."""
    code = without_preprocessor(code)
    depth_of_function = 0  # 0: outside of any
    depth = head_from = parentheses = first_line = 0
    for match in re.finditer(r"[{}();]", code):
        mark, at = match.group(0), match.start()
        parentheses = max(0, parentheses + (mark == "(") - (mark == ")"))
        if mark == "{":
            depth += 1
            head = code[head_from:at]
            if not depth_of_function and opens_function(head):
                depth_of_function = depth
                first_line = code.count("\n", 0, at - len(head.lstrip())) + 1
        if mark == "}":
            if depth == depth_of_function:
                depth_of_function = 0
                yield first_line, code.count("\n", 0, at) + 2 - first_line
            depth -= 1
        if mark in "{}" or (mark == ";" and not parentheses):
            head_from = at + 1
            parentheses = parentheses if mark == ";" else 0


def check_include(path, included, quoted):
    """The rule that an include line breaks, or None."""
    room, target = path.split("/")[0], included.split("/")[0]
    if quoted and target not in TOP_FOLDERS:
        return f"include from the root: {included}"
    if room not in ROOMS or path.startswith(WIRING):
        return None
    if included.startswith(WIRING):
        return f"include arrow: only what wires the house may see {included}"
    if target in TOP_FOLDERS:
        fine = target in ARROWS[room] or (room == "http" and included in HTTP_MAY_SEE)
        return None if fine else f"include arrow: {room}/ may not see {included}"
    for header, homes in HOMES:
        if header.match(included) and not path.startswith(homes):
            return f"include home: {included} belongs in {' or '.join(homes)}"
    return None


def check_names(path, text):
    for word in IDENTIFIER.findall(text):
        banned = BANNED_PARTS.intersection(word.lower().split("_"))
        if banned:
            yield f"banned name: {word}"
    for word in BANNED_WORD.findall(text):
        yield f"banned name: {word}"
    if CAPTURE_ALL.search(text):
        yield "a lambda captures everything by value"
    if path.startswith("proto/") and "_clock::now" in text:
        yield "proto/ reads no clock"


def check_source(path, text):
    """Yields (line, rule) for a C++ file."""
    code = blank(text)
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        rule = include and check_include(path, include.group(2), include.group(1) == '"')
        if rule:
            yield number, rule
    for number, line in enumerate(code.split("\n"), 1):
        if not INCLUDE.match(line):
            yield from ((number, rule) for rule in check_names(path, line))
    for first, length in functions(code):
        if length > FUNCTION_LINES_MAX:
            yield first, f"function of {length} lines; at most {FUNCTION_LINES_MAX}"
    if path.endswith(".hpp"):
        if not re.search(r"^#pragma once$", text, re.MULTILINE):
            yield 1, "header without #pragma once"
        if not lines[0].startswith("//"):
            yield 1, "header without an opening comment"


def check_text(path, text):
    """Yields (line, rule) for any text file."""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line):
            yield number, "unfinished: " + UNFINISHED.search(line).group(1)
        if path.endswith(NARROW) and len(line) > COLUMNS_MAX:
            yield number, f"line of {len(line)} columns; at most {COLUMNS_MAX}"
    if path.endswith(NARROW) and len(lines) - 1 > LINES_MAX:
        yield LINES_MAX + 1, f"file of {len(lines) - 1} lines; at most {LINES_MAX}"
    # The load tester paces its requests; it is a program, not a test.
    if path.startswith("tests/") and not path.startswith("tests/load/"):
        code = blank(text) if path.endswith(CODE) else text
        if path.endswith(CODE + (".py",)):
            for number, line in enumerate(code.split("\n"), 1):
                if SLEEP.search(line):
                    yield number, "a test waits for events, it never sleeps"


def check_place(root, path):
    """Yields rules about where a file stands and what it is called."""
    top, *rest = path.split("/")
    if not top.startswith(".") and top not in (TOP_FOLDERS if rest else TOP_FILES):
        yield f"stray top-level entry: {top}"
    parts = set(re.split(r"[_\-./]", path.lower()))
    for word in sorted(BANNED_PARTS & parts):
        yield f"banned name: {word}"
    if path.endswith(CODE) and not re.fullmatch(r"[a-z0-9_]+\.[ch]pp", os.path.basename(path)):
        yield "file names are snake_case"
    if path.endswith(".cpp") and not is_listed(root, path):
        yield "in no CMakeLists.txt"


@functools.lru_cache(maxsize=None)
def sources_of(listing):
    """The sources that a CMakeLists.txt names, as paths from the root; "../" is understood."""
    words = re.split(r'[\s()"]+', listing.read_text())
    return {os.path.normpath(listing.parent / word) for word in words if word.endswith(".cpp")}


def is_listed(root, path):
    """Does a CMakeLists.txt above the file, or beside one of the folders it is in, name it?"""
    wanted = os.path.normpath(root / path)
    for folder in Path(path).parents:
        listings = [root / folder / "CMakeLists.txt", *(root / folder).glob("*/CMakeLists.txt")]
        if any(listing.is_file() and wanted in sources_of(listing) for listing in listings):
            return True
    return False


def list_files(root):
    """All files of the project: what git tracks or would track; without git, what lies there."""
    command = ["git", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"]
    if (root / ".git").exists():
        listed = subprocess.run(command, capture_output=True, check=False)
        if listed.returncode == 0:
            return sorted({path for path in listed.stdout.decode().split("\0") if path})
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if path.parts[0] not in (".git", "build"))


def check_file(root, path):
    """Yields (line, rule) for one file."""
    yield from ((1, rule) for rule in check_place(root, path))
    try:
        text = (root / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return  # Binary, or a test's deliberately broken input.
    if text.startswith("#!") and not os.access(root / path, os.X_OK):
        yield 1, "a script must be executable"
    yield from check_text(path, text)
    if path.endswith(CODE):
        yield from check_source(path, text)


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    count = 0
    for path in list_files(root):
        if not (root / path).is_file():
            continue  # Deleted, but not yet from the index.
        for line, rule in sorted(set(check_file(root, path))):
            print(f"{path}:{line}: {rule}")
            count += 1
    if count:
        print(f"{count} finding{'s' if count > 1 else ''}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
