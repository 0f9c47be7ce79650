"""What tools say is so: searches find what is there and say what they left out, arguments are
obeyed or refused by name, files keep their encoding and their ends of lines, commands are not ended
for what they say, and what was ended or cut is told."""

import shutil
import subprocess

from harness import bash, main, script, until
from tools_fixture import ToolsTest, tool

MARK = b"\xef\xbb\xbf"


class Truth(ToolsTest):
    def call(self, *steps):
        """The output of the last of these calls."""
        parts = self.new_parts(*steps)
        self.assertGreater(len(parts), 0)
        return parts[-1]["output"]


class Searches(Truth):
    def test_ignored_files_are_left_out(self):
        for path in ("build/a.txt", "keep/b.txt", "c.log", "keep.log"):
            self.put(path, "word\n")
        self.put(".gitignore", "build/\n*.log\n!keep.log\n")
        said = self.call(tool("glob", pattern="*"))
        self.assertEqual(sorted(said.splitlines()), [".gitignore", "keep.log", "keep/b.txt"])
        subprocess.run(["git", "init", "-q", str(self.place)], check=True)
        said = self.call(tool("glob", pattern="**/*"))
        self.assertEqual(sorted(said.splitlines()), [".gitignore", "keep.log", "keep/b.txt"])
        said = self.call(tool("grep", pattern="word", path="build"))
        self.assertIn("build/a.txt", said)

    def test_patterns_count_from_the_path(self):
        self.put("pkg/app/routes/x.md", "word\n")
        self.assertEqual(self.call(tool("glob", pattern="routes/*.md", path="pkg/app")),
                         "pkg/app/routes/x.md\n")
        self.assertIn("1: word", self.call(
            tool("grep", pattern="word", include="routes/*.md", path="pkg/app")))
        self.assertEqual(self.call(tool("glob", pattern=f"{self.place}/pkg/**/*.md")),
                         "pkg/app/routes/x.md\n")
        self.assertIn("outside of the workspace", self.call(tool("glob", pattern="/etc/*.conf")))
        self.assertIn("there is no file or folder gone",
                      self.call(tool("grep", pattern="word", path="gone")))
        self.assertIn("unclosed group", self.call(tool("grep", pattern="(a")))

    def test_what_must_be_asked_for_is_not_searched(self):
        self.put(".env", "TOKEN=one\n")
        self.put("a.py", "TOKEN\n")
        for more in ({"-A": 2}, {"include": ".env"}, {"outputMode": "count"}):
            said = self.call(tool("grep", pattern="TOKEN", **more))
            self.assertNotIn("one", said.replace("one with read", ""))
            self.assertNotIn(".env:", said)
            self.assertIn("before they are read: .env;", said)
        self.client.say(self.session, script(tool("grep", pattern="TOKEN", path=".env")))
        asked = self.client.await_question(self.session)
        self.assertEqual((asked["purpose"], asked["tool"]), ("permission", "grep"))
        self.client.answer(self.session, asked["question_id"], "once")
        self.client.finish(self.session)
        self.assertIn("TOKEN=one", self.parts()[-1]["output"])

    def test_flags_that_models_know(self):
        self.put("a.py", "one\ntwo\nthree\n")
        said = self.call(tool("grep", **{"pattern": "TWO", "-i": True, "-B": 1, "-A": "1"}))
        self.assertEqual(said, "a.py\n  1- one\n  2: two\n  3- three\n")
        said = self.call(tool("grep", pattern="two", caseless=True))
        self.assertIn("there is no argument 'caseless'; grep takes pattern, path", said)

    def test_encodings(self):
        self.put("wide.txt", "\ufeffgrüße wide\r\n".encode("utf-16-le"))
        self.put("narrow.txt", "grüße narrow\n".encode("latin-1"))
        said = self.call(tool("grep", pattern="grüße"))
        self.assertIn("grüße wide", said)
        self.assertIn("grüße narrow", said)
        self.assertIn("1: grüße wide\n", self.call(tool("read", filePath="wide.txt")))
        self.call(tool("edit", filePath="wide.txt", oldString="wide", newString="ß"))
        self.assertEqual((self.place / "wide.txt").read_bytes(),
                         "\ufeffgrüße ß\r\n".encode("utf-16-le"))


class Files(Truth):
    def test_ends_of_lines_and_marks_stay(self):
        self.put("a.txt", MARK + b"one\r\ntwo\r\nthree")
        said = self.call(tool("Read", filePath="a.txt"))
        self.assertTrue(said.startswith("1: one\n2: two\n3: three\n"), said)
        self.call(tool("edit", filePath="a.txt", oldString="one\ntwo", newString="1\n2\n2b"))
        self.assertEqual((self.place / "a.txt").read_bytes(), MARK + b"1\r\n2\r\n2b\r\nthree")
        self.call(tool("write", filePath="a.txt", content="x\ny\n"))
        self.assertEqual((self.place / "a.txt").read_bytes(), MARK + b"x\r\ny\r\n")

    def test_edits_of_one_answer_come_in_their_order(self):
        for _ in range(5):
            self.put("a.txt", "0")
            self.call(*(tool("edit", filePath="a.txt", oldString=str(i), newString=str(i + 1))
                        for i in range(9)))
            self.assertEqual((self.place / "a.txt").read_bytes(), b"9")

    def test_arguments_that_are_none(self):
        for given, told in (({"filePath": {"k": 1}, "content": "x"}, "filePath"),
                            ({"filePath": "a", "content": ["x"]}, "content"),
                            ({"filePath": "", "content": "x"}, "filePath"),
                            ({"filePath": None, "content": "x"}, "filePath"),
                            ({"filePath": "a", "content": "x", "append": True}, "'append'")):
            said = self.call(tool("write", **given))
            self.assertIn("tool_invalid_args", said)
            self.assertIn(told, said)
        self.assertEqual(list(self.place.iterdir()), [])


class Links(Truth):
    config = ("permission:\n  write: allow\n  edit: {\"*\": allow, \"prot/**\": deny}\n"
              "  read: {\"*.env\": deny, \"secrets/**\": deny}\n")

    def test_rules_hold_where_a_link_leads(self):
        self.put(".env", "TOKEN=one\n")
        self.put("secrets/a.txt", "TOKEN=two\n")
        self.put("prot/a", "old\n")
        for link, target in (("notes.txt", ".env"), ("docs", "secrets"), ("pl", "prot")):
            (self.place / link).symlink_to(target)
        for step in (tool("read", filePath="notes.txt"), tool("read", filePath="docs/a.txt"),
                     tool("grep", pattern="TOKEN", path="notes.txt"),
                     tool("grep", pattern="TOKEN", path="docs/a.txt"),
                     tool("grep", pattern="TOKEN", path="docs")):
            said = self.call(step)
            self.assertNotIn("TOKEN", said)
            self.assertIn(".env" if "notes.txt" in str(step) else "secrets/a.txt", said)
        said = self.call(tool("edit", filePath="pl/a", oldString="old", newString="new"))
        self.assertIn("pl/a leads to prot/a", said)
        self.assertEqual((self.place / "prot/a").read_bytes(), b"old\n")


class Commands(Truth):
    def test_a_list_of_words_is_no_program(self):
        self.assertEqual(self.call(bash(["echo", "hi"])), "hi\n(exit code 0)")
        self.assertEqual(self.call(bash(["echo", "$(touch x)"])), "$(touch x)\n(exit code 0)")
        self.assertIn("argument command", self.call(bash({"echo": "hi"})))
        self.assertEqual(list(self.place.iterdir()), [])

    def test_what_cannot_be_done_is_refused_by_name(self):
        said = self.call(bash("touch x", run_in_background=True))
        self.assertIn("run_in_background is not offered", said)
        for wrong in (-1, "abc", 1.5, {}):
            self.assertIn("argument timeout", self.call(bash("touch x", timeout=wrong)))
        self.assertEqual(list(self.place.iterdir()), [])
        for usual in (0, "60000"):
            self.assertEqual(self.call(bash("echo hi", timeout=usual)), "hi\n(exit code 0)")
        self.assertIn("at most (sandbox.limits.time_max), not 1000000000)\n(exit code 0)",
                      self.call(bash("echo hi", timeout=1e9)))
        self.assertIn("the 1 ms it was given", self.call(bash("sleep 100", timeout=1)))
        self.assertIn("process(es) that the command left running were ended",
                      self.call(bash("sleep 300 & echo started")))

    def test_who_says_much_is_not_ended(self):
        said = self.call(bash("echo begin; head -c 20000000 /dev/zero | tr '\\0' 'x' | fold -w 99; "
                              "echo; echo end; touch marker; exit 3"))
        self.assertTrue(said.startswith("begin\nxxx"), said[:99])
        self.assertTrue(said.endswith("\nend\n(exit code 3)"), said[-99:])
        self.assertIn("bytes are left out here", said)
        self.assertTrue((self.place / "marker").exists())

    def test_git_works_in_a_worktree(self):
        whole = self.place.parent / "whole"
        who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
        for command in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "First"],
                        ["config", "user.name", "Ann"], ["config", "user.email", "ann@x.org"],
                        ["worktree", "add", "-q", str(whole.parent / "tree")]):
            whole.mkdir(exist_ok=True)
            subprocess.run(["git", "-C", str(whole), *command], check=True)
        self.addCleanup(shutil.rmtree, whole)
        self.session = self.client.new_session(workspace=str(whole.parent / "tree"))["id"]
        self.assertEqual(self.call(bash("git log --format=%s; git status --short")),
                         "First\n(exit code 0)")
        self.session = self.client.new_session(workspace=str(whole))["id"]
        said = self.call(bash("echo x > f && git add f && git commit -q -m Second && "
                              "git log -1 --format='%s %an %ae'"))
        self.assertEqual(said, "Second Ann ann@x.org\n(exit code 0)")


class Questions(Truth):
    def test_several_questions_in_one_call(self):
        asked = [{"question": "Which?", "header": "W", "multiSelect": False,
                  "options": [{"label": "a", "description": "the first"}, {"label": "b"}]},
                 {"question": "Why?", "options": ["c", "d"]}]
        self.client.say(self.session, script(tool("question", questions=asked)))
        until(lambda: len(self.client.questions(self.session)) == 2, "both questions")
        for one in self.client.questions(self.session):
            self.assertIn(one["question"], ("Which?", "Why?"))
            answer = one["options"][1]
            self.assertEqual(
                self.client.answer(self.session, one["question_id"], answer).status, 204)
        self.client.finish(self.session)
        said = self.parts()[-1]["output"]
        self.assertIn("Which?\nThe user answered: b\n", said)
        self.assertIn("Why?\nThe user answered: d\n", said)


if __name__ == "__main__":
    main()
