"""A full disk: writes are refused in clear words, reads go on, nothing acknowledged is lost, and
the host heals by itself once there is room. The state folder lies on a small file system."""

import base64
import subprocess
import unittest

from harness import Server, main, script, until, words

SMALL = "3m"
LARGE = "60m"


def mount(folder, *options):
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True)
    if done.returncode != 0:
        raise unittest.SkipTest("may not mount: " + done.stderr.strip())


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.server = Server(start=False)
        self.addCleanup(self.server.close)
        self.server.state.mkdir()
        mount(self.server.state, "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs")
        self.addCleanup(self.unmount)
        self.server.start()
        self.client = self.server.client()

    def unmount(self):
        self.server.kill()
        subprocess.run(["umount", str(self.server.state)], check=True)

    def make_room(self):
        mount(self.server.state, "-o", f"remount,size={LARGE}")

    def fill(self):
        """The sessions that were acknowledged before the disk was full."""
        kept = []
        for number in range(10000):
            reply = self.client.post("/sessions", {"metadata": {"fill": words(100, str(number))}})
            if reply.status != 201:
                self.assertEqual((reply.status, reply.json["code"]), (507, "storage_full"))
                return kept
            kept.append(reply.json["id"])
        raise AssertionError("the disk does not fill up")

    def assert_all_there(self, sessions):
        for session in sessions:
            self.assertEqual(self.client.get(f"/sessions/{session}").status, 200)

    def test_writes_are_refused_reads_go_on_and_room_heals(self):
        sessions = self.fill()
        self.assertGreater(len(sessions), 100)
        for _ in range(3):
            for method, path, body in (
                    ("POST", f"/sessions/{sessions[0]}/messages", {"content": words(20000)}),
                    ("PATCH", f"/sessions/{sessions[1]}", {"metadata": {"text": words(1500)}}),
                    ("PUT", "/settings/theme", {"value": words(5000)})):
                reply = self.client.json(method, path, body)
                self.assertEqual((reply.status, reply.json["code"]), (507, "storage_full"), path)
        self.assertEqual(self.client.get("/health").status, 200)
        self.assert_all_there(sessions)
        self.make_room()
        until(lambda: self.client.post("/sessions", {}).status == 201, "writes work again", 5)
        for session in sessions[:2]:
            self.assertEqual(self.client.run(session, "Hello")["state"], "succeeded")
        self.server.restart()
        self.client = self.server.client()
        self.assert_all_there(sessions)

    def details(self):
        return self.client.expect(200, "GET", "/health").get("details", {})

    def said(self, words):
        return [x for x in self.server.log.read_text().splitlines() if words in x]

    def test_health_and_stderr_tell_of_it_until_there_is_room(self):
        self.assertNotIn("storage", self.details())
        self.fill()
        self.assertEqual(self.details()["storage"], "refuses writes")
        until(lambda: self.details()["storage_refuses_s"] >= 2, "the time goes on", 10)
        self.assertEqual(self.client.post("/sessions", {"title": words(90)}).status, 507)
        self.assertEqual(len(self.said("the storage refuses writes: storage_full: ")), 1)
        self.make_room()  # Nobody writes: it finds out by itself.
        until(lambda: "storage" not in self.details(), "writes are said to work again", 10)
        self.assertEqual(len(self.said("the storage takes writes again, after ")), 1)
        self.client.new_session()
        self.assertFalse((self.server.state / "room.new").exists())
        self.assertEqual(self.said(str(self.server.state)), [])

    def test_a_stored_file_that_finds_no_room_is_refused_like_a_row(self):
        notes = {"data": base64.b64encode(b"n" * 4_000_000).decode(), "name": "notes.txt"}
        for body in ({"content": "Look.", "attachments": [notes]}, {"content": "w" * 4_000_000}):
            session = self.client.new_session()["id"]
            reply = self.client.post(f"/sessions/{session}/messages", body)
            self.assertEqual((reply.status, reply.json["code"]), (507, "storage_full"), reply.body)
            self.assertEqual(reply.json["error"], "the host has no room left to keep this")
            self.assertEqual(reply.json["request_id"], reply.headers["x-request-id"])
            told = self.said(reply.json["request_id"])
            self.assertEqual(len(told), 1)
            self.assertRegex(told[0], "the stored file blobs/.*cannot be written: No space left")
        self.assertEqual(self.said(str(self.server.state)), [])
        until(lambda: self.client.post("/sessions", {}).status == 201, "small writes go on", 5)
        self.make_room()
        until(lambda: "storage" not in self.details(), "there is room for large ones", 10)
        self.assertEqual(self.client.run(session, "w" * 4_000_000)["state"], "succeeded")

    def test_a_turn_that_meets_a_full_disk_goes_on_once_there_is_room(self):
        session = self.client.new_session()["id"]
        self.client.say(session, script({"delay_ms": 1500}, {"text": words(50)},
                                        {"tool": "glob", "input": {"pattern": "*"}},
                                        {"text": words(30000)}))
        self.fill()
        self.client.get(f"/sessions/{session}/turn")
        self.make_room()
        self.assertEqual(self.client.finish(session)["state"], "succeeded")
        self.assertTrue(self.client.messages(session)[-1]["content"].endswith(words(30000)))


if __name__ == "__main__":
    main()
