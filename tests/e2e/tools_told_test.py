"""What a tool clips, leaves aside, cannot do or ends is told: commands that hide what they leave
running, links, FIFOs, arguments of other hosts, pages that closed files would use up, control
characters, and ignore files that are none of the workspace's."""

import os
import re

from harness import bash, main
from sse import replay
from tools_fixture import ToolsTest, tool

HOSTILE = "\x1b]52;c;eA==\x07"
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Told(ToolsTest):
    def calls(self, *steps):
        """The outputs of these calls, in their order."""
        outputs = [part["output"] for part in self.new_parts(*steps)]
        self.assertEqual(len(outputs), len(steps))
        return outputs

    def test_commands(self):
        left = "(1 process(es) that the command left running were ended with it)"
        trapped, replaced, dashed, clipped, escalated, plain = self.calls(
            bash("trap 'echo bye' EXIT; sleep 300 & echo on"),
            bash("sleep 300 & exec echo on"),
            bash("-x", description="no option"),
            bash("echo hi", timeout=900000),
            bash("touch made", with_escalated_permissions=True, justification="to see"),
            bash("exit 3", with_escalated_permissions=False, sandbox_permissions="use_default",
                 dangerouslyDisableSandbox=False))
        self.assertEqual(trapped, f"on\nbye\n\n{left}\n(exit code 0)")
        self.assertEqual(replaced, f"on\n\n{left}\n(exit code 0)")
        self.assertIn("-x: command not found", dashed)
        self.assertTrue(clipped.endswith("600000 ms at most (sandbox.limits.time_max), not 900000)"
                                         "\n(exit code 0)"), clipped)
        self.assertIn("with_escalated_permissions is not offered: there is no escalation",
                      escalated)
        self.assertEqual(plain, "(exit code 3)")
        self.assertEqual(list(self.place.iterdir()), [])

    def test_files(self):
        self.put("f", "a\na\n")
        (self.place / "dead").symlink_to("docs/gone")
        os.mkfifo(self.place / "pipe")
        slash, dead, pipe, searched, few, all_of_them = self.calls(
            tool("write", filePath="new/", content="x"),
            tool("read", filePath="dead"),
            tool("read", filePath="pipe"),
            tool("grep", pattern="x", path="pipe"),
            tool("edit", filePath="f", oldString="a", newString="b", expected_replacements=1),
            tool("edit", filePath="f", oldString="a", newString="b", expected_replacements=2,
                 instruction="rename", modified_by_user=False))
        self.assertIn("ends as a folder's name does", slash)
        self.assertFalse((self.place / "new").exists())
        self.assertIn("dead is a link to docs/gone, where nothing is", dead)
        self.assertIn("pipe is a FIFO", pipe)
        self.assertIn("must be a file or folder, and pipe is a FIFO", searched)
        self.assertIn("occurs 2 times in f, on lines 1, 2, but expectedReplacements says 1", few)
        self.assertIn("wrote f", all_of_them)
        self.assertEqual((self.place / "f").read_bytes(), b"b\nb\n")

    def test_searches(self):
        self.put(".env", "TOKEN\n" * 500)
        self.put("z/.env.example", "TOKEN=\n")
        self.put("dos.txt", "one\r\ntwo\r\n")
        (self.place / "link.txt").symlink_to("dos.txt")
        (self.place / "way").symlink_to("z")
        page, across, listed, clipped = self.calls(
            tool("grep", pattern="TOKEN", headLimit=3),
            tool("grep", pattern=r"one\ntwo", multiline=True),
            tool("glob", pattern="*.txt"),
            tool("grep", pattern="two", **{"-C": 150}))
        self.assertIn("z/.env.example\n  1: TOKEN=\n", page)
        self.assertIn("before they are read: .env;", page)
        self.assertTrue(across.startswith("dos.txt\n  1: one\n  2: two\n"), across)
        self.assertIn("links are not followed: link.txt -> dos.txt, way -> z;", across)
        self.assertTrue(listed.startswith("dos.txt\nlink.txt\n"), listed)
        self.assertIn("way -> z;", listed)
        self.assertIn("(-C: 100 lines around a match at most, not 150)", clipped)

    def test_control_characters(self):
        whole = f"{HOSTILE}\n\x1b[31mred\x0c\n\x9b1m\nmarker\n"
        self.put("f", whole)
        self.put(f"d/{HOSTILE}", whole)
        (self.place / "dead").symlink_to(f"gone{HOSTILE}")
        said = dict(zip(("file", "folder", "edit", "missing", "dead", "argument", "tool", "found",
                         "listed", "bash"), self.calls(
            tool("read", filePath="f"), tool("read", filePath="d"),
            tool("edit", filePath="f", oldString="\x1b[31m", newString="\x1b[32m"),
            tool("read", filePath=f"no{HOSTILE}"), tool("read", filePath="dead"),
            tool("read", filePath="f", **{f"x{HOSTILE}": 1}), tool(f"no{HOSTILE}"),
            tool("grep", pattern="marker"), tool("glob", pattern="d/*"),
            bash("cat f; printf 'a\\302\\2331mb\\033[1m\\n'"))))
        self.assertIn("1: ␛]52;c;eA==␇\n2: ␛[31mred␌\n3: \\u009b1m\n4: marker\n(control char",
                      said["file"])
        self.assertTrue(said["folder"].startswith("␛]52;c;eA==␇\n(control char"), said["folder"])
        self.assertIn("there is no file no␛]52;c;eA==␇", said["missing"])
        self.assertIn("dead is a link to gone␛]52;c;eA==␇", said["dead"])
        self.assertIn("␛]52;c;eA==␇", said["argument"])
        self.assertIn("␛]52;c;eA==␇", said["tool"])
        self.assertIn("4: marker", said["found"])
        self.assertEqual(said["bash"], "\nred\n\nmarker\nab\n(exit code 0)")
        self.assertEqual((self.place / "f").read_bytes(), whole.replace("[31", "[32").encode())
        self.assertEqual((self.place / f"d/{HOSTILE}").read_bytes(), whole.encode())

        told = [event for event in replay(self.server, self.session)
                if event.name in ("tool_output", "tool_end")]
        texts = [event.data.get(key) or "" for event in told
                 for key in ("chunk", "output", "error", "diff")]
        self.assertTrue(any("-␛[31mred␌\n+␛[32mred␌\n" in text for text in texts), texts)
        for part in self.parts():
            about = part.get("metadata") or {}
            texts += [part["output"], part.get("error", ""), *map(str, about.values())]
            reply = self.client.get(f"/sessions/{self.session}/outputs/{part['call_id']}")
            self.assertEqual(reply.body.decode(), part["output"])
        for text in texts:
            self.assertIsNone(CONTROLS.search(text), repr(text))


class Unconfined(Told):
    """Without a sandbox all of the machine could be seen."""
    config = Told.config + "sandbox: {mode: off}\n"

    def test_ignore_files_above(self):
        above = self.server.workspace / ".ignore"
        above.write_text("*.txt\n")
        self.addCleanup(above.unlink)
        self.put("sub/a.txt", "word\n")
        self.put("sub/own.md", "word\n")
        self.put(".gitignore", "own.md\n")
        listed, found = self.calls(tool("glob", pattern="*", path="sub"),
                                   tool("grep", pattern="word", path="sub"))
        self.assertEqual(listed, "sub/a.txt\n")
        self.assertEqual(found, "sub/a.txt\n  1: word\n")


if __name__ == "__main__":
    main()
