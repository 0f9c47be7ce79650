"""Names that are exchanged with links at full speed, from outside and from another session of the
same workspace, while tools run: nothing outside is read or changed. KODAD_WIDE=1: all kinds,
100,000 times each."""

import os
import shutil
import subprocess
import sys
import unittest

from harness import bash, main, script
from sandbox_attempts import python
from sandbox_test import SECRET, PlainServer, fingerprint

WIDE = os.environ.get("KODAD_WIDE") == "1"
TIMES = 100_000 if WIDE else 5_000

EXCHANGE = """
import ctypes, sys
libc = ctypes.CDLL(None)
one, other, times = sys.argv[1].encode(), sys.argv[2].encode(), int(sys.argv[3])
for i in range(times):
    libc.renameat2(-100, one, -100, other, 2)
"""

# What is exchanged, and where the link that takes its place leads; {out} is the folder outside.
KINDS = {
    ".git, relative": (".git", "../outside"),
    ".git, absolute": (".git", "{out}"),
    ".git, a chain": (".git", "chain"),
    ".git, a loop": (".git", "swap"),
    "hooks": (".git/hooks", "{out}"),
    "hooks, relative": (".git/hooks", "../../outside"),
    "the configuration of git": (".git/config", "{out}/secret"),
    ".kodad": (".kodad", ".."),
    "kodad.yaml": ("kodad.yaml", "{out}/secret"),
    "a workspace below": ("sub/inner", "{out}"),
    "a parent of it": ("sub", "../outside"),
}
FIRST = (".git, absolute", "hooks", ".kodad", "a workspace below")
# Through each name, as a command and as a file tool would go.
PLACES = (".git/secret", ".git/config", ".git/hooks/secret", ".kodad/outside/secret", "kodad.yaml",
          "sub/inner/secret", "sub/secret", "chain/secret")


class RaceTest(unittest.TestCase):
    def serve(self, mode):
        server = PlainServer(config=f"sandbox: {{mode: {mode}}}\npermission: "
                                    "{bash: allow, edit: allow, write: allow, read: allow}\n")
        self.addCleanup(server.close)
        self.lay(server)
        server.start()
        return server

    def lay(self, server):
        """The workspace as it is at first, whatever an earlier exchange has left."""
        out, work = server.root / "outside", server.workspace
        if not out.exists():
            (out / "inner").mkdir(parents=True)
            for place in (out, out / "inner"):
                (place / "secret").write_text(SECRET)
                (place / "config").write_text(f"[core]\n\teditor = {SECRET}\n")
        for each in work.iterdir():
            shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()
        (work / "main.py").write_text("hello\n")
        subprocess.run(["git", "init", "-q", str(work)], check=True)
        (work / ".kodad").mkdir()
        (work / "kodad.yaml").write_text("{}\n")
        (work / "sub/inner").mkdir(parents=True)
        (work / "sub/inner/file.txt").write_text("hello\n")
        (work / "chain").symlink_to("chain2")
        (work / "chain2").symlink_to(out)

    def calls(self, link):
        every = " ".join(PLACES)
        out = [bash(f"cat {every}; for p in {every}; do echo EVIL > $p; "
                    "echo EVIL > $(dirname $p)/n; done; ls -R . | head -300; git status; "
                    "echo went on", timeout=20000),
               {"tool": "grep", "input": {"pattern": "CANARY"}},
               {"tool": "glob", "input": {"pattern": "**/*"}}]
        for place in PLACES:
            out += [{"tool": "read", "input": {"path": place}},
                    {"tool": "write", "input": {"path": place + ".new", "content": "EVIL"}},
                    {"tool": "edit", "input": {"path": place, "old_string": "CANARY",
                                               "new_string": "EVIL"}}]
        return out

    def exchange_all(self, mode, from_inside):
        server = self.serve(mode)
        client = server.client()
        outside = server.root / "outside"
        before = fingerprint(outside)
        for name in KINDS if WIDE else FIRST:
            place, target = KINDS[name]
            self.lay(server)
            (server.workspace / "swap").symlink_to(target.format(out=outside))
            victims = [client.new_session()["id"]]
            below = str(server.workspace / "sub/inner")
            victims.append(client.new_session(workspace=below)["id"])
            attacker = None
            if from_inside:
                attacker = client.new_session()["id"]
                command = python(f"import sys\nsys.argv = ['x', '{place}', 'swap', '{TIMES}']"
                                 + EXCHANGE)
                client.say(attacker, script(bash(command, timeout=60000)))
            else:
                child = subprocess.Popen([sys.executable, "-c", EXCHANGE, place, "swap",
                                          str(TIMES * 20)], cwd=server.workspace)
            said, reply = "", {}
            for session in victims:
                client.say(session, script(*self.calls(place)))
            for each in PLACES:
                body = {"content": "Look.", "attachments": [{"path": each}], "when_busy": "queue"}
                reply = client.post(f"/sessions/{victims[0]}/messages", body)
                said += reply.body.decode()
            for session in victims:
                client.finish(session)
            if attacker:
                client.finish(attacker)
                said += str(client.messages(attacker)[1:])
            else:
                child.kill()
                child.wait()
            for session in victims:
                # The first is what was asked for, which names no secret either.
                said += str([part for message in client.messages(session)
                             for part in message["parts"]])
            with self.subTest(mode=mode, name=name, inside=from_inside):
                self.assertNotIn(SECRET, said)
                self.assertEqual(fingerprint(outside), before)
                self.assertIn("went on", said)
            self.assertIsNone(server.child.poll(), server.tail())
        self.assert_told(server, client)

    def assert_told(self, server, client):
        """Planted before the call, a link is said to be one, and the command runs."""
        for name in (".git", ".kodad"):
            self.lay(server)
            shutil.rmtree(server.workspace / name)
            (server.workspace / name).symlink_to("../outside")
            session = client.new_session()["id"]
            client.run(session, script(bash("echo went on")))
            said = str(client.messages(session))
            with self.subTest(name=name):
                self.assertIn(f"{name} is a link", said)
                self.assertIn("went on\\n", said)

    def test_bubblewrap_from_outside(self):
        self.exchange_all("bubblewrap", False)

    def test_bubblewrap_from_a_session(self):
        self.exchange_all("bubblewrap", True)

    def test_landlock_from_outside(self):
        self.exchange_all("landlock", False)

    def test_landlock_from_a_session(self):
        self.exchange_all("landlock", True)


if __name__ == "__main__":
    main()
