"""A disk that hangs in the kernel: the other sessions' tools go on, cancelling answers at once, a
session on the dead disk can be deleted, and everything comes back by itself."""

import os
import statistics
import time
import unittest

from dead_disk import NAME, DeadDisk
from harness import Server, main, script, until

READS = int(os.environ.get("KODAD_DEAD_READS", "40"))
SESSIONS = 5
SAMPLES = 15
FILE = NAME.decode()


def read(path):
    return {"tool": "read", "input": {"filePath": path}}


class DeadDiskTest(unittest.TestCase):
    def setUp(self):
        self.server = Server(start=False)
        self.addCleanup(self.server.close)
        self.folder = self.server.workspace / "disk"
        self.folder.mkdir()
        self.disk = DeadDisk(self.folder)
        self.addCleanup(self.disk.close)
        self.server.start()
        self.client = self.server.client()

    def start_reads(self, folder):
        """Sessions that read the dead disk many times each; their ids."""
        sessions = []
        for _ in range(SESSIONS):
            session = self.client.new_session(workspace=str(folder))["id"]
            sessions.append(session)
        self.disk.die()
        path = FILE if folder == self.folder else "disk/" + FILE
        calls = [read(path) for _ in range(READS // SESSIONS)]
        for session in sessions:
            self.client.say(session, script(*calls, {"text": "done"}))
        until(lambda: self.disk.hanging() > 0, "a read hangs")
        return sessions

    def times(self, do):
        out = []
        for _ in range(SAMPLES):
            began = time.monotonic()
            do()
            out.append(time.monotonic() - began)
        return statistics.median(out), max(out)

    def a_turn(self):
        session = self.client.new_session()["id"]
        turn = self.client.run(session, script(read("main.py"), {"text": "seen"}))
        self.assertEqual(turn["state"], "succeeded")

    def check_others(self, folder):
        quiet = self.times(self.a_turn)
        quiet_health = self.times(lambda: self.client.get("/health"))
        sessions = self.start_reads(folder)
        loaded = self.times(self.a_turn)
        loaded_health = self.times(lambda: self.client.get("/health"))
        print(f"turn {quiet[0] * 1e3:.1f} -> {loaded[0] * 1e3:.1f} ms, "
              f"health {quiet_health[0] * 1e3:.1f} -> {loaded_health[0] * 1e3:.1f} ms")
        self.assertLess(loaded[0], 2 * quiet[0] + 0.02)
        self.assertLess(loaded_health[0], 2 * quiet_health[0] + 0.02)
        return sessions

    def test_others_go_on_and_all_comes_back(self):
        sessions = self.check_others(self.folder)
        self.disk.heal()
        for session in sessions:
            self.assertEqual(self.client.finish(session)["state"], "succeeded")
        self.a_turn()

    def test_cancelling_and_deleting_do_not_wait_for_the_disk(self):
        sessions = self.start_reads(self.server.workspace)
        began = time.monotonic()
        for session in sessions[:-1]:
            self.assertEqual(self.client.post(f"/sessions/{session}/cancel").status, 202)
        for session in sessions[:-1]:
            self.assertEqual(self.client.finish(session, 5)["state"], "cancelled")
        self.assertEqual(self.client.json("DELETE", f"/sessions/{sessions[-1]}").status, 204)
        self.assertLess(time.monotonic() - began, 5)
        self.disk.heal()
        session = self.client.new_session()["id"]
        turn = self.client.run(session, script(read("disk/" + FILE), {"text": "seen"}))
        self.assertEqual(turn["state"], "succeeded")
        self.assertIn("the disk answers", str(self.client.messages(session)))

    def test_a_search_on_the_dead_disk_ends(self):
        session = self.client.new_session()["id"]
        self.disk.die()
        self.client.say(session, script(
            {"tool": "grep", "input": {"pattern": "answers", "path": "disk"}}, {"text": "done"}))
        until(lambda: self.disk.hanging() > 0, "the search hangs")
        self.assertEqual(self.client.post(f"/sessions/{session}/cancel").status, 202)
        self.assertEqual(self.client.finish(session, 15)["state"], "cancelled")
        self.a_turn()


if __name__ == "__main__":
    main()
