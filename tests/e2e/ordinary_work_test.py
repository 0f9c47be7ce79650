"""What programs take for granted works for commands: in bubblewrap and under Landlock, as the user
who runs the tests and, if that is root, as an ordinary one too."""

import os
import unittest

from harness import bash, main, script
from sandbox_test import PLAIN_USER, PlainServer

# What it is, the command, and what it must say.
STREAMS = (
    ("standard error by its name", "echo one | tee /dev/stderr", ["one", "one"]),
    ("standard output by its name", "echo one | tee /dev/stdout", ["one", "one"]),
    ("standard error by its number", "echo one > /dev/fd/2; echo two >> /proc/self/fd/2",
     ["one", "two"]),
    ("standard error from python",
     "python3 -c 'open(\"/dev/stderr\", \"w\").write(\"one\\n\")'", ["one"]),
    ("standard error by its name, in the background", "(echo one > /dev/stderr) & wait", ["one"]),
    ("a file for standard error", "exec 2> told; echo one > /dev/stderr; cat told", ["one"]),
    ("standard input by its name", "echo one | cat /dev/stdin; wc -c < /dev/stdin", ["one", "0"]),
)


ATTRIBUTES = (
    ("files with all that they have are copied and listed",
     "mkdir -p from; echo one > from/a; cp -a from to && ls -lA to/a | wc -l; "
     "tar -cf t.tar to && install -m 755 to/a b && mv b from && cat from/b", ["1", "one"]),
    ("python copies files",
     "echo one > c; python3 -c 'import shutil; shutil.copy2(\"c\", \"d\"); "
     "shutil.copytree(\"from\", \"tree\")' && cat d tree/a", ["one", "one"]),
)

# Threads count as well, so there are far fewer processes than the bound when it is reached.
SWALLOWED = """python3 - <<'END'
import subprocess, threading
over = threading.Event()
for _ in range(30):
    threading.Thread(target=over.wait, daemon=True).start()
kept = []
for _ in range(80):
    try:
        kept.append(subprocess.Popen(["sleep", "1"]))
    except OSError:
        pass
for one in kept:
    one.wait()
over.set()
END"""


class OrdinaryWorkTest(unittest.TestCase):
    def do_all(self, mode, user=None):
        config = f"sandbox: {{mode: {mode}}}\npermission: {{bash: allow}}\n"
        server = PlainServer(user, config=config)
        self.addCleanup(server.close)
        server.give_away()
        server.start()
        client = server.client()
        for name, command, wanted in STREAMS + ATTRIBUTES:
            session = client.new_session()["id"]
            client.run(session, script(bash(command)))
            part = next(one for message in client.messages(session)[1:]
                        for one in message["parts"] if one["type"] == "tool")
            with self.subTest(mode=mode, user=user, name=name):
                said = part.get("output", "").splitlines()
                self.assertEqual(said, [*wanted, "(exit code 0)"], part)

    def test_a_bound_that_a_program_swallows_is_told(self):
        for mode in ("bubblewrap", "landlock"):
            for bound, is_told in ((64, True), (400, False)):
                server = PlainServer(config=f"sandbox: {{mode: {mode}, limits: {{processes: "
                                            f"{bound}}}}}\npermission: {{bash: allow}}\n")
                self.addCleanup(server.close)
                server.start()
                client = server.client()
                session = client.new_session()["id"]
                client.run(session, script(bash(SWALLOWED)))
                said = str(client.messages(session)[1:])
                with self.subTest(mode=mode, bound=bound):
                    self.assertIn("exit code 0", said)
                    self.assertEqual("sandbox.limits.processes" in said, is_told, said)

    def test_bubblewrap(self):
        self.do_all("bubblewrap")

    def test_landlock(self):
        self.do_all("landlock")

    @unittest.skipUnless(os.geteuid() == 0, "needs to be root")
    def test_bubblewrap_as_an_ordinary_user(self):
        self.do_all("bubblewrap", PLAIN_USER)

    @unittest.skipUnless(os.geteuid() == 0, "needs to be root")
    def test_landlock_as_an_ordinary_user(self):
        self.do_all("landlock", PLAIN_USER)


if __name__ == "__main__":
    main()
