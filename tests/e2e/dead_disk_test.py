"""A disk that hangs in the kernel: the other sessions' tools go on, cancelling answers at once, a
session on the dead disk can be deleted, and everything comes back by itself."""

import os
import statistics
import threading
import time
import unittest

from dead_disk import NAME, DeadDisk
from harness import Server, main, script, until

READS = int(os.environ.get("KODAD_DEAD_READS", "40"))
SESSIONS = 5
SAMPLES = 15
ASKERS = 12  # Requests that look at the dead disk at once.
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
        reply = self.client.post(f"/sessions/{session}/messages",
                                 {"content": script(read("main.py"), {"text": "seen"})},
                                 {"Accept": "text/event-stream"})
        self.assertIn(b"event: done", reply.body)

    def a_cancel(self):
        session = self.client.new_session()["id"]
        self.client.say(session, script({"delay_ms": 600000}))
        began = time.monotonic()
        self.assertEqual(self.client.post(f"/sessions/{session}/cancel").status, 202)
        return time.monotonic() - began

    def others(self):
        """What other sessions' turns, /health and /cancel take: medians, in ms."""
        cancel = statistics.median(self.a_cancel() for _ in range(SAMPLES))
        return [self.times(self.a_turn)[0] * 1e3,
                self.times(lambda: self.client.get("/health"))[0] * 1e3, cancel * 1e3]

    def check_others(self, make_load):
        quiet = self.others()
        loads = make_load()
        loaded = self.others()
        print(", ".join(f"{name} {before:.1f} -> {after:.1f} ms" for name, before, after in
                        zip(("turn", "health", "cancel"), quiet, loaded)))
        for before, after in zip(quiet, loaded):
            self.assertLess(after, 2 * before + 20)
        return loads

    def ask_about_the_disk(self, replies):
        """Requests that look at the dead disk themselves, each from a thread of its own."""
        session = self.client.new_session()["id"]
        self.disk.die()

        def ask(number):
            client = self.server.client()
            if number % 2:
                replies.append(client.post("/sessions", {"workspace": str(self.folder)}))
            else:
                replies.append(client.post(f"/sessions/{session}/messages", {
                    "content": "see", "attachments": [{"path": "disk/" + FILE}]}))

        askers = [threading.Thread(target=ask, args=(number,)) for number in range(ASKERS)]
        for one in askers:
            one.start()
        until(lambda: self.disk.hanging() > 0, "a request hangs")
        return askers

    def test_requests_that_look_at_it_are_told_and_hold_up_nobody(self):
        replies = []
        askers = self.check_others(lambda: self.ask_about_the_disk(replies))
        for one in askers:
            one.join()
        self.assertEqual({(reply.status, reply.json["code"], reply.json["field"])
                          for reply in replies},
                         {(504, "timeout", "workspace"), (504, "timeout", "attachments")})
        for reply in replies:
            self.assertIn("the disk did not answer", reply.json["error"])
            self.assertIn("retry-after", reply.headers)
        self.disk.heal()
        session = self.client.new_session(workspace=str(self.folder))["id"]
        self.client.say(session, "see", attachments=[{"path": FILE}])
        self.assertEqual(self.client.finish(session)["state"], "succeeded")

    def test_others_go_on_and_all_comes_back(self):
        sessions = self.check_others(lambda: self.start_reads(self.folder))
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
