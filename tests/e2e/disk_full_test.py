"""A full disk: writes are refused in clear words, reads go on, nothing acknowledged is lost, and
the host heals by itself once there is room. The state folder lies on a small file system."""

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
