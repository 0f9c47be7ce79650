"""Floods of output: the log and the memory stay bounded, other sessions go on, and the whole of an
output is kept beside the log, whole or told as cut."""

import os
import time

from harness import ServerTest, bash, main, script, until
from sse import replay

SESSIONS = int(os.environ.get("KODAD_FLOODS", "10"))
SAMPLES, RANK = (20, 0.5) if SESSIONS < 50 else (200, 0.99)  # Few have no 99th.
LOG_BYTES = 256 * 1024
KEPT_BYTES = 16 * 1024 * 1024
MEMORY_BYTES = 100 << 20
DATABASE_BYTES = 1 << 20  # Of one flooding session: its log thrice, its pages half full.


class FloodTest(ServerTest):
    def outputs(self, session):
        return [event for event in replay(self.server, session) if event.name == "tool_output"]

    def call_of(self, session):
        return next(part["call_id"] for message in self.client.messages(session)
                    for part in message["parts"] if part["type"] == "tool")

    def run_bash(self, command):
        session = self.client.new_session()["id"]
        turn = self.client.run(session, script(bash(command), {"text": "done"}))
        self.assertEqual(turn["state"], "succeeded")
        return session, f"/sessions/{session}/outputs/{self.call_of(session)}"

    def resident(self):
        with open(f"/proc/{self.server.child.pid}/statm", encoding="ascii") as figures:
            return int(figures.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    def test_a_long_output_is_whole_beside_a_bounded_log(self):
        session, path = self.run_bash("seq 500000")
        whole = "".join(f"{i}\n" for i in range(1, 500001)).encode()
        reply = self.client.get(path)
        self.assertEqual((reply.status, reply.body), (200, whole))
        self.assertEqual(reply.headers["content-type"], "text/plain; charset=utf-8")
        self.assertNotIn("x-output-truncated", reply.headers)
        chunks = "".join(event.data["chunk"] for event in self.outputs(session))
        self.assertLess(len(chunks), LOG_BYTES + 1024)
        self.assertIn(path, chunks)
        self.assertTrue(whole.decode().startswith(chunks[:chunks.index("\n(more output")]))

    def test_ranges(self):
        _, path = self.run_bash("seq 100000")
        size = len(self.client.get(path).body)
        for given, first, last in (("bytes=0-9", 0, 9), ("bytes=5-", 5, size - 1),
                                   ("bytes=-7", size - 7, size - 1),
                                   (f"bytes={size - 1}-{size + 9}", size - 1, size - 1)):
            reply = self.client.get(path, {"Range": given})
            self.assertEqual(reply.status, 206, given)
            self.assertEqual(reply.headers["content-range"], f"bytes {first}-{last}/{size}")
            self.assertEqual(len(reply.body), last - first + 1)
        reply = self.client.get(path, {"Range": f"bytes={size}-"})
        self.assert_error(reply, 416, "range_not_satisfiable")
        self.assertEqual(reply.headers["content-range"], f"bytes */{size}")
        for ignored in ("bytes=9-5", "lines=0-1", "bytes=0-1,4-5", "bytes=x-"):
            self.assertEqual(self.client.get(path, {"Range": ignored}).status, 200, ignored)

    def test_what_is_unknown_is_404_and_a_short_output_is_there_too(self):
        session, path = self.run_bash("echo short")
        self.assertIn(b"short\n", self.client.get(path).body)
        self.assert_error(self.client.get(f"/sessions/{session}/outputs/none"), 404,
                          "output_not_found")
        self.assert_error(self.client.get("/sessions/ses_none/outputs/none"), 404,
                          "session_not_found")

    def test_a_flood_is_cut_and_told_and_goes_with_its_session(self):
        session, path = self.run_bash("yes")
        reply = self.client.get(path)
        self.assertEqual(reply.headers["x-output-truncated"], "true")
        self.assertLessEqual(len(reply.body), KEPT_BYTES)
        self.assertTrue((self.server.state / "outputs" / session).is_dir())
        self.assertEqual(self.client.json("DELETE", f"/sessions/{session}").status, 204)
        self.wait_gone(self.server.state / "outputs" / session)

    def wait_gone(self, folder):
        until(lambda: not folder.exists(), "the outputs go")

    def a_turn(self):
        """From the message to the last byte of its stream."""
        session = self.client.new_session()["id"]
        began = time.monotonic()
        reply = self.client.post(f"/sessions/{session}/messages",
                                 {"content": script({"text": "quick"})},
                                 {"Accept": "text/event-stream"})
        self.assertIn(b"event: done", reply.body)
        return time.monotonic() - began

    def turns(self):
        times = sorted(self.a_turn() for _ in range(SAMPLES))
        return times[int(len(times) * RANK)]

    def database_bytes(self):
        return (self.server.state / "data.mdb").stat().st_blocks * 512

    def test_floods_leave_the_others_their_time(self):
        quiet = self.turns()
        before, kept = self.resident(), self.database_bytes()
        flooding = [self.client.new_session()["id"] for _ in range(SESSIONS)]
        for session in flooding:
            self.client.say(session, script(bash("yes"), {"text": "done"}))
        loaded = self.turns()
        for session in flooding:
            self.client.finish(session, 300)
        grown = self.resident() - before
        written = self.database_bytes() - kept
        print(f"turn p{RANK * 100:.0f} {quiet * 1e3:.1f} -> {loaded * 1e3:.1f} ms, "
              f"memory +{grown >> 20} MiB, data.mdb +{written / SESSIONS / 1024:.0f} KiB a flood")
        self.assertLess(loaded, 2 * quiet + 0.01)
        self.assertLess(grown, MEMORY_BYTES)
        self.assertLess(written, SESSIONS * DATABASE_BYTES + 4 * 1024 * 1024)
        for session in flooding[:3]:
            logged = sum(len(event.data["chunk"]) for event in self.outputs(session))
            self.assertLess(logged, LOG_BYTES + 1024)


if __name__ == "__main__":
    main()
