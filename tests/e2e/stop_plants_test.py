"""What a command that a stop cut off planted for the operator's git is inert once kodad has exited,
before any other start. What could not be looked at in time is told, and left to that start."""

import os
import signal
import subprocess
import unittest

from harness import bash, main, script, until
from sandbox_test import PlainServer
from silent_disk import SilentDisk
from start_fixture import IS_ROOT

LONGEST = 15  # seconds, for a stop
MODES = ("bubblewrap", "landlock", "off")
PLANT = ("git init -q n; printf '[core]\\n\\tfsmonitor=\"touch {marker};false\"\\n' >> "
         "n/.git/config; {then}")


class StopPlants(unittest.TestCase):
    def serve(self, mode):
        server = PlainServer(config=f"sandbox: {{mode: {mode}}}\npermission: {{bash: allow}}\n")
        self.addCleanup(server.close)
        return server.start()

    def plant(self, server, name="only", then="touch planted; sleep 1005"):
        """A session in a folder of this name, in which a command has planted and goes on."""
        folder = server.workspace / name
        folder.mkdir()
        client = server.client()
        session = client.new_session(workspace=str(folder))["id"]
        command = PLANT.format(marker=server.root / "marker", then=then)
        client.say(session, script(bash(command), {"text": "went on"}))
        until((folder / "planted").exists, "the command plants")
        return session

    def stop(self, server, number=signal.SIGTERM):
        server.child.send_signal(number)
        return server.child.wait(LONGEST)

    @staticmethod
    def looks(server):
        return list((server.state / "guard").glob("*"))

    def assert_inert(self, server, name="only"):
        """The operator's git runs nothing there."""
        given = {**server.environment(), "GIT_CONFIG_COUNT": "1",
                 "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
        subprocess.run(["git", "status"], cwd=server.workspace / name / "n", env=given, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=20)
        self.assertFalse((server.root / "marker").exists(), server.tail())

    def stop_by(self, number):
        for mode in MODES:
            with self.subTest(mode=mode):
                server = self.serve(mode)
                session = self.plant(server)
                self.assertEqual(len(self.looks(server)), 1)
                self.assertEqual(self.stop(server, number), 0, server.tail())
                self.assertEqual(self.looks(server), [])
                self.assert_inert(server)
                told = server.log.read_text()
                self.assertRegex(told, rf"kodad: session {session}: [^\n]*n/\.git/config")
                # The call ends as one that was cut off, and its turn goes on.
                server.start()
                client = server.client()
                self.assertEqual(client.finish(session)["state"], "succeeded")
                said = client.messages(session)[1:]
                self.assertIn("interrupted, effect unknown", str(said))
                self.assertIn("went on", str(said))
                self.assertNotIn("n/.git/config", server.log.read_text()[len(told):])

    def test_by_sigterm(self):
        self.stop_by(signal.SIGTERM)

    def test_by_sigint(self):
        self.stop_by(signal.SIGINT)

    def test_ten_that_are_deaf(self):
        server = self.serve("bubblewrap")
        names = [f"deaf{number}" for number in range(10)]
        for name in names:
            self.plant(server, name, "trap '' TERM INT HUP; touch planted; sleep 1006 & "
                                     "while :; do wait; sleep 1007; done")
        self.assertEqual(self.stop(server), 0, server.tail())
        self.assertEqual(self.looks(server), [])
        for name in names:
            self.assert_inert(server, name)

    def test_what_is_planted_while_it_dies(self):
        server = self.serve("landlock")
        command = PLANT.format(marker=server.root / "marker", then="exit").replace("'", "'\\''")
        self.plant(server, then=f"rm -r n; trap '{command}' TERM; touch planted; "
                                "while :; do sleep 0.05; done")
        self.assertEqual(self.stop(server), 0, server.tail())
        self.assertEqual(self.looks(server), [])
        self.assert_inert(server)

    def assert_looked_at_by_the_next(self, server, code):
        """Either the look was done in time, or it was told and the next start did it."""
        if code != 0:
            self.assertEqual(code, 1)
            self.assertRegex(server.log.read_text(), r"kodad: what commands left [^\n]* next start")
            self.assertNotEqual(self.looks(server), [])
            server.start()
        self.assertEqual(self.looks(server), [])
        self.assert_inert(server)

    def test_under_a_spawner_that_is_stopped(self):
        server = self.serve("bubblewrap")
        self.plant(server)
        with open(f"/proc/{server.child.pid}/task/{server.child.pid}/children") as children:
            spawner = int(children.read().split()[0])
        os.kill(spawner, signal.SIGSTOP)
        self.assert_looked_at_by_the_next(server, self.stop(server))

    @unittest.skipUnless(IS_ROOT, "needs to be root")
    def test_on_a_disk_that_dies(self):
        server = self.serve("landlock")
        self.plant(server, then="mkdir dead; touch planted; sleep 1005")
        disk = SilentDisk(server.workspace / "only" / "dead")
        try:
            code = self.stop(server)
        finally:
            disk.close()
        self.assertEqual(code, 1)
        self.assert_looked_at_by_the_next(server, code)


if __name__ == "__main__":
    main()
