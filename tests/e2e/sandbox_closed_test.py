"""A sandbox that is broken, slow, exchanged or refused never means a command without one: what
cannot be confined is not run, and kodad says at its start what is in force and why."""

import os
import pathlib
import shutil
import stat
import subprocess
import sys
import unittest

from harness import bash, main, script
from sandbox_test import PLAIN_USER, SECRET, PlainServer, fingerprint
from sse import ENDS, Stream

HERE = pathlib.Path(__file__).resolve().parent
REFUSING = [sys.executable, "-B", str(HERE / "refusing_kernel.py")]
REAL = shutil.which("bwrap")

# A stand-in that runs what comes behind the options, as if there were none.
PASS = """#!/bin/bash
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  [ "$1" = --chdir ] && cd "$2" 2>/dev/null
  shift
done
shift
exec "$@"
"""
STAND_INS = {
    "ends with 1": "#!/bin/sh\nexit 1\n",
    "complains": "#!/bin/sh\necho 'bwrap: the moon is full' >&2\nexit 3\n",
    "ends with 0": "#!/bin/sh\nexit 0\n",
    "hangs a while": "#!/bin/sh\nsleep 10\n",
    "hangs for ever": "#!/bin/sh\nwhile :; do sleep 1000; done\n",
    "ignores the end": "#!/bin/sh\ntrap '' TERM INT HUP\nwhile :; do sleep 1000; done\n",
    "runs it unconfined": PASS,
    "prints garbage": "#!/bin/sh\nhead -c 100000 /dev/urandom\n",
    "says the word": "#!/bin/sh\necho held\n",
    "garbage for a program": b"\x7fELF" + bytes(range(256)) * 8,
    "an empty file": "",
    "kills itself": "#!/bin/sh\nkill -9 $$\n",
}


class ClosedServer(PlainServer):
    """With a folder of its own first on PATH, and perhaps a wrapper around kodad."""

    def __init__(self, user=None, wrapper=(), **options):
        self.wrapper = list(wrapper)
        self.path = None
        super().__init__(user, **options)
        self.bin = self.root / "bin"
        self.bin.mkdir()
        (self.root / "outside").mkdir()
        (self.root / "outside/secret").write_text(SECRET)
        self.root.chmod(0o755)
        self.bwrap = self.bin / "bwrap"

    def command(self):
        return [*self.wrapper, *super().command()]

    def environment(self):
        given = super().environment()
        path = self.path or f"{self.bin}:{given['PATH']}"
        return {**given, "PATH": path, "CANARY_OF_THE_SERVER": SECRET}

    def put(self, content, mode=0o755):
        fresh = self.bin / "fresh"
        fresh.write_bytes(content if isinstance(content, bytes) else content.encode())
        fresh.chmod(mode)
        fresh.rename(self.bwrap)

    def path_without_bwrap(self):
        """All programs of the system but that one."""
        for folder in ("/usr/bin", "/bin"):
            for each in pathlib.Path(folder).iterdir():
                link = self.bin / each.name
                if each.name != "bwrap" and not link.is_symlink():
                    link.symlink_to(each)
        self.path = str(self.bin)


class ClosedTest(unittest.TestCase):
    def server(self, mode="auto", **options):
        server = ClosedServer(config=f"sandbox: {{mode: {mode}}}\npermission: {{bash: allow}}\n",
                              **options)
        self.addCleanup(server.close)
        return server

    def parts(self, client, session):
        return [part for message in client.messages(session)
                for part in message["parts"] if part["type"] == "tool"]

    def attack(self, server):
        """Tries to get at the canary; what each of the tools said."""
        outside = server.root / "outside"
        before = fingerprint(outside)
        client = server.client()
        session = client.new_session()["id"]
        # The calls of one answer run side by side: what is edited must be there before.
        (server.workspace / "old.txt").write_text("old\n")
        client.run(session, script(
            bash(f"cat {outside}/secret; echo EVIL > {outside}/new; echo EVIL >> {outside}/secret; "
                 "env | grep CANARY; echo ran"),
            {"tool": "grep", "input": {"pattern": "hello"}},
            {"tool": "glob", "input": {"pattern": "*.py"}},
            {"tool": "read", "input": {"path": "main.py"}},
            {"tool": "write", "input": {"path": "new.txt", "content": "new\n"}},
            {"tool": "edit", "input": {"path": "old.txt", "old_string": "old",
                                       "new_string": "edited"}}))
        said = self.parts(client, session)
        self.assertEqual(len(said), 6)
        for part in said:
            self.assertNotIn(SECRET, str(part))
        self.assertEqual(fingerprint(outside), before)
        for name in ("outside", "new", "guarded", "inside"):
            self.assertFalse(os.path.lexists("/" + name), "the trial wrote into /")
        self.assertEqual((server.workspace / "new.txt").read_text(), "new\n")
        self.assertEqual((server.workspace / "old.txt").read_text(), "edited\n")
        self.assertIn("print('hello')", str(said[3]))
        return said

    def assert_falls_back(self, server, mode="landlock"):
        """kodad runs, says why in one line and in /config, and confines."""
        server.start()
        told = server.client().get("/config").json["sandbox"]
        self.assertEqual(told["mode"], mode, told)
        self.assertTrue(told["reason"])
        lines = [line for line in server.tail().splitlines() if "bubblewrap:" in line]
        self.assertEqual(len(lines), 1, server.tail())
        said = self.attack(server)
        if mode == "landlock":
            self.assertIn("ran", said[0]["output"])
        else:
            for part in said[:3]:
                self.assertIn("sandbox_unavailable", str(part))
                self.assertIn("sandbox.mode: off", str(part))
                self.assertNotIn("nstall bubblewrap", str(part), "there is one")
        return told["reason"]

    def assert_refuses(self, server, mode):
        """A sandbox that was asked for by name and cannot be had: no start, and one line why."""
        text = f"sandbox: {{mode: {mode}}}\n"
        server.config.write_text(text)
        ended = subprocess.run(server.command(), env=server.environment(), cwd=server.workspace,
                               stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertEqual(ended.returncode, 2, ended.stderr)
        self.assertEqual(len(ended.stderr.strip().splitlines()), 1, ended.stderr)
        self.assertIn(f"sandbox.mode: {mode}", ended.stderr)

    def test_stand_ins(self):
        causes = {"ends with 1": "ended with code 1", "hangs for ever": "the machine is busy",
                  "complains": "ended with code 3: bwrap: the moon is full"}
        for name, content in STAND_INS.items():
            with self.subTest(name=name):
                server = self.server()
                server.put(content)
                reason = self.assert_falls_back(server)
                self.assertIn(causes.get(name, ""), reason)
                self.assertNotIn("nstall bubblewrap", reason + server.tail())
                server.kill()
                self.assert_refuses(server, "bubblewrap")
                server.close()

    def test_no_program(self):
        def nothing(server):
            server.path_without_bwrap()

        def not_executable(server):
            server.put(PASS, 0o644)

        def writable_by_all(server):
            shutil.copy(REAL, server.bin / "fresh")
            (server.bin / "fresh").rename(server.bwrap)
            server.bwrap.chmod(0o757)

        def dangling(server):
            server.path_without_bwrap()
            server.bwrap.symlink_to("nowhere")

        def loop(server):
            server.path_without_bwrap()
            server.bwrap.symlink_to("bwrap")

        def folder(server):
            server.bwrap.mkdir()

        advice = {"nothing": "install bubblewrap", "not_executable": "mend its rights",
                  "writable_by_all": "mend its rights", "dangling": "install bubblewrap"}
        for prepare in (nothing, not_executable, writable_by_all, dangling, loop, folder):
            with self.subTest(name=prepare.__name__):
                server = self.server()
                prepare(server)
                reason = self.assert_falls_back(server)
                self.assertIn(advice.get(prepare.__name__, ""), reason)
                server.kill()
                self.assert_refuses(server, "bubblewrap")
                server.close()

    def own_bwrap(self):
        server = self.server("bubblewrap")
        shutil.copy(REAL, server.bwrap)
        server.start()
        self.assertIn("ran", self.attack(server)[0]["output"])
        return server

    def assert_fails_closed(self, server):
        for part in self.attack(server)[:3]:
            self.assertNotIn("ran\n", str(part.get("output")))
            self.assertIn("sandbox_failed", str(part))

    def test_removed_after_the_start(self):
        server = self.own_bwrap()
        server.bwrap.unlink()
        self.assert_fails_closed(server)

    def test_exchanged_after_the_start(self):
        server = self.own_bwrap()
        server.put(PASS)
        self.assert_fails_closed(server)

    def test_edited_after_the_start(self):
        server = self.own_bwrap()
        seen = server.bwrap.stat()
        server.bwrap.write_bytes(PASS.encode().ljust(seen.st_size, b"\n"))
        os.utime(server.bwrap, ns=(seen.st_atime_ns, seen.st_mtime_ns))
        self.assert_fails_closed(server)

    def test_exchanged_again_and_again(self):
        """What was looked at is what runs, however often the name leads elsewhere."""
        server = self.own_bwrap()
        (server.bin / "other").write_text(PASS)
        (server.bin / "other").chmod(0o755)
        exchange = subprocess.Popen([sys.executable, "-c", f"""
import ctypes
libc = ctypes.CDLL(None)
for i in range(10**9):
    libc.renameat2(-100, b"{server.bwrap}", -100, b"{server.bin}/other", 2)"""])
        self.addCleanup(exchange.wait)
        self.addCleanup(exchange.kill)
        outside = server.root / "outside"
        before = fingerprint(outside)
        client = server.client()
        session = client.new_session()["id"]
        command = bash(f"cat {outside}/secret; echo EVIL > {outside}/new; echo ran")
        client.run(session, script(*[command] * 40))
        said = self.parts(client, session)
        self.assertEqual(fingerprint(outside), before)
        self.assertNotIn(SECRET, str(said))
        self.assertEqual(len(said), 40)

    def test_the_kernel_refuses_namespaces(self):
        server = self.server(wrapper=[*REFUSING, "namespaces"])
        self.assert_falls_back(server)
        server.kill()
        self.assert_refuses(server, "bubblewrap")

    @unittest.skipIf(os.geteuid() != 0, "only root can be somebody else")
    def test_the_kernel_refuses_namespaces_to_an_ordinary_user(self):
        server = self.server(user=PLAIN_USER, wrapper=[*REFUSING, "namespaces"])
        server.give_away()
        self.assert_falls_back(server)

    def test_the_kernel_refuses_both(self):
        server = self.server(wrapper=[*REFUSING, "both"])
        reason = self.assert_falls_back(server, "unavailable")
        self.assertIn("bubblewrap", reason)
        self.assertIn("landlock", reason)
        self.assertIn("sandbox.mode: off", server.tail())
        server.kill()
        for mode in ("bubblewrap", "landlock"):
            self.assert_refuses(server, mode)

    def test_no_program_and_no_landlock(self):
        server = self.server(wrapper=[*REFUSING, "landlock"])
        server.put(PASS)
        self.assert_falls_back(server, "unavailable")

    def test_off_is_said(self):
        server = self.server("off", wrapper=[*REFUSING, "both"])
        server.start()
        self.assertIn("sandbox.mode: off", server.tail())
        told = server.client().get("/config").json["sandbox"]
        self.assertEqual(told["mode"], "off")
        client = server.client()
        session = client.new_session()["id"]
        client.run(session, script(bash("echo ran")))
        self.assertIn("ran", self.parts(client, session)[0]["output"])

    def test_few_descriptors(self):
        """A host that is short of them refuses commands; none runs in the open."""
        server = self.server("bubblewrap", wrapper=["prlimit", "--nofile=64:64"])
        try:
            server.start()
        except AssertionError:
            return  # It refused to start: as closed as can be.
        outside = server.root / "outside"
        before = fingerprint(outside)
        client = server.client()
        ids = [client.new_session()["id"] for _ in range(8)]
        for session in ids:
            client.say(session, script(bash(f"cat {outside}/secret; echo EVIL > {outside}/new")))
        for session in ids:
            client.finish(session)
            self.assertNotIn(SECRET, str(self.parts(client, session)))
        self.assertEqual(fingerprint(outside), before)

    @unittest.skipIf(os.geteuid() != 0, "only root can mount")
    def test_no_place_for_temporary_files(self):
        """/tmp read-only, in a mount namespace of the test's own."""
        keep = ("mount --bind /tmp /tmp && mount --bind $1 $1 && mount -o remount,bind,ro /tmp && "
                "shift && exec \"$@\"")
        server = self.server(wrapper=["unshare", "-m", "sh", "-c", keep, "sh"])
        server.wrapper.append(str(server.root))
        server.start()
        told = server.client().get("/config").json["sandbox"]
        said = self.attack(server)
        if told["mode"] == "unavailable":
            self.assertTrue(all("sandbox_unavailable" in str(part) for part in said[:3]))
        else:
            self.assertIn("ran", said[0]["output"])

    def test_events_carry_the_word(self):
        for mode in ("bubblewrap", "landlock", "off"):
            server = self.server(mode)
            server.start()
            client = server.client()
            session = client.new_session()["id"]
            reading = {"tool": "read", "input": {"path": "main.py"}}
            client.run(session, script(bash("true"), reading))
            stream = Stream(server.port, f"/sessions/{session}/stream", 0)
            starts = [event for event in stream.until(ENDS) if event.name == "tool_start"]
            self.assertEqual([one.data.get("sandbox") for one in starts], [mode, None])
            server.close()


if __name__ == "__main__":
    main()
