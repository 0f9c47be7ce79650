"""Client libraries follow a session over crashes and stops of the host, and miss nothing and get
nothing twice: what each of them has seen is what a client that was never cut off sees, and the text
of each turn is the transcript's.

$KODAD_WIDE=1 makes 20 crashes and 20 stops of it. Without npm, or a Node that is new enough, only
what Python and curl see is tested, and the rest is skipped, saying why.
"""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest

import fake_openai as fake
from followers import LIBRARIES, Curl, HttpClient, Library
from harness import main, until
from peer_packages import HERE, install
from same_port import SamePort
from sse import DELTAS, merged, replay, text_of

OF_EACH = 20 if os.environ.get("KODAD_WIDE") == "1" else 3
SEED = int(os.environ.get("KODAD_E2E_SEED", "1"))
PIECES = 30  # Of the text before the turn's tool call, and as many after it.
PAUSE = 0.004


class Provider(fake.FakeOpenAI):
    """Answers slowly and counts, so that a test can strike in the midst of an answer."""

    def __init__(self):
        super().__init__(self.answer)
        self.clock = threading.Event()
        self.turn, self.sent, self.strike_at, self.reached = 0, 0, 0, threading.Event()

    def begin(self, turn, strike_at):
        self.turn, self.sent, self.strike_at, self.reached = turn, 0, strike_at, threading.Event()

    def answer(self, handler, body):
        has_called = body["messages"][-1]["role"] == "tool"
        fake.begin_stream(handler)
        fake.send_data(handler, fake.chunk({"role": "assistant", "content": ""}))
        for piece in pieces_of(self.turn)[PIECES if has_called else 0:][:PIECES]:
            fake.send_data(handler, fake.chunk({"content": piece}))
            self.sent += 1
            if self.sent >= self.strike_at:
                self.reached.set()
            self.clock.wait(PAUSE)
        if not has_called:
            call = fake.call_part(0, f"call_{len(self.requests)}", "glob", '{"pattern": "*.py"}')
            fake.send_data(handler, fake.chunk(call))
        fake.end_stream(handler, "stop" if has_called else "tool_calls")


def pieces_of(turn):
    return [f"{turn}.{number}ö " for number in range(2 * PIECES)]


def without_void(events):
    """The events without the deltas of attempts that failed."""
    out = []
    for event in events:
        void_after = event.data.get("void_after") if event.name == "retry" else None
        if void_after is not None:
            out = [one for one in out if one.name not in DELTAS or one.id <= void_after]
        out.append(event)
    return out


def text_of_turns(events):
    """The text of each turn, by its number."""
    out, of_turn = {}, []
    for event in events:
        of_turn.append(event)
        if event.name == "done":
            out[event.data["turn"]] = text_of(of_turn)
            of_turn = []
    return out


class ClientLibraries(unittest.TestCase):
    def setUp(self):
        self.provider = Provider()
        self.addCleanup(self.provider.close)
        config = self.provider.config() + "server: {event_retention_turns: 200}\n"
        self.server = SamePort(config)
        self.addCleanup(self.server.close)
        self.client = self.server.client()
        self.session = self.client.new_session(model_id=f"fake/{fake.MODEL}", title="Long")["id"]
        self.path = f"/sessions/{self.session}/stream"
        self.missing = None
        self.followers = []

    def follow(self):
        self.add(HttpClient("http.client", self.server.port, self.path))
        if shutil.which("curl"):
            self.add(Curl("curl", self.server.port, self.path))
        try:
            packages = install()
        except unittest.SkipTest as why:
            self.missing = why
            return
        generated = tempfile.mkdtemp(prefix="kodad-generated-")
        self.addCleanup(shutil.rmtree, generated, ignore_errors=True)
        subprocess.run(["node", HERE / "generate.mjs", packages, HERE / "stream.json", generated],
                       check=True, timeout=300, stdout=subprocess.DEVNULL)
        for name in LIBRARIES:
            self.add(Library(name, f"http://127.0.0.1:{self.server.port}{self.path}", packages,
                             generated))

    def add(self, follower):
        self.followers.append(follower.start())
        self.addCleanup(follower.close)

    def send(self, turn):
        """The message of a turn. Who is cut off sends it again."""
        headers = {"Idempotency-Key": f"turn-{turn}"}
        reply = self.client.post(f"/sessions/{self.session}/messages",
                                 {"content": f"Turn {turn}, please."}, headers)
        self.assertEqual(reply.status, 202, reply.body)
        self.assertEqual(reply.json["turn"], turn)

    def strike(self, number):
        if number == signal.SIGKILL:
            self.server.kill()
        else:
            self.assertEqual(self.server.terminate(60), 0, self.server.tail())
        self.client.close()
        self.server.start()

    def run_turn(self, turn, number, strike_at):
        """One turn, and in it, right after its message or after its end a signal."""
        self.provider.begin(turn, strike_at)
        self.send(turn)
        if strike_at > 2 * PIECES:
            self.client.finish(self.session)
        elif strike_at > 0:
            self.assertTrue(self.provider.reached.wait(60), self.server.tail())
        self.strike(number)
        self.send(turn)
        self.assertEqual(self.client.finish(self.session)["state"], "succeeded")
        for follower in self.followers:
            try:
                until(lambda: follower.ended or follower.has_seen_end_of(turn),
                      f"the end of turn {turn} is seen")
            except AssertionError as why:
                raise AssertionError(f"{why}: {follower}\n{self.server.tail()}") from why
            self.assertFalse(follower.ended, f"{follower.name}: a stop was taken for the end")

    def test_nothing_is_lost_or_doubled(self):
        self.follow()
        choose = random.Random(SEED)
        strikes = [signal.SIGKILL, signal.SIGTERM] * OF_EACH
        choose.shuffle(strikes)
        for turn, number in enumerate(strikes, 1):
            self.run_turn(turn, number, choose.randrange(2 * PIECES + 8))
        uncut = replay(self.server, self.session)
        self.check_transcript(len(strikes), uncut)
        for follower in self.followers:
            with self.subTest(follower=follower.name):
                self.check_follower(follower, uncut)
        if self.missing:
            self.skipTest(f"only Python and curl: {self.missing}")

    def check_transcript(self, turns, uncut):
        expected = {turn: "".join(pieces_of(turn)) for turn in range(1, turns + 1)}
        said = {message["turn"]: message["content"]
                for message in self.client.messages(self.session)
                if message["role"] == "assistant"}
        self.assertEqual(said, expected)
        self.assertEqual(text_of_turns(uncut), expected)

    def check_follower(self, follower, uncut):
        events = list(follower.events)
        ids = [event.id for event in events]
        self.assertEqual(ids, sorted(set(ids)), "an event came twice, or too late")
        self.assertNotIn("reset", [event.name for event in events])
        self.assertEqual(text_of_turns(events), text_of_turns(uncut))
        self.assertEqual(merged(without_void(events)), merged(without_void(uncut)))


if __name__ == "__main__":
    main()
