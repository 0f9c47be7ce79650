"""Twenty kinds of provider fault, many turns each, all at once: every turn ends, in time, and no
half tool call runs. $KODAD_E2E_FAULTS says how many turns a kind (25)."""

import email.utils
import json
import os
import socket
import struct
import threading
import time
import unittest

import fake_openai as fake
from harness import Server, main, until
from sse import replay

TURNS = int(os.environ.get("KODAD_E2E_FAULTS", "25"))
FIRST_BYTE = 1.5
TOTAL = 6
RETRIES = 2
# All attempts at their longest, the waits between them, and what a busy machine adds.
BOUND = (RETRIES + 1) * TOTAL + 30
MARK = {"filePath": "half-a-call-ran.txt", "content": "it ran"}


def later_by(seconds):
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


def recorded():
    """A whole answer with a tool call, as bytes."""
    text = json.dumps(MARK)
    frames = [fake.chunk(fake.call_part(0, "call_1", "write", "")),
              *(fake.chunk(fake.more_arguments(0, piece)) for piece in text)]
    return "".join(f"data: {frame}\n\n" for frame in frames).encode()


def send(handler, data):
    fake.begin_stream(handler)
    handler.wfile.write(data)
    handler.wfile.flush()


def raw(data):
    return lambda handler, _: send(handler, data)


def truncated(number):
    """Cut at another byte for each turn; the call is never complete."""
    whole = recorded()
    return raw(whole[:number * len(whole) // TURNS])


def stall_head(handler, _):
    handler.connection.settimeout(60)
    handler.close_connection = True
    handler.rfile.read(1)


def stall_stream(handler, _):
    send(handler, recorded()[:200])
    handler.connection.settimeout(60)
    handler.rfile.read(1)


def reset(handler, _):
    send(handler, recorded()[:1000])
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def drip(handler, _):
    send(handler, b"")
    for byte in recorded():
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        threading.Event().wait(1)


def endless(handler, _):
    send(handler, b"")
    while True:
        fake.send_data(handler, fake.chunk({"content": "more "}))
        threading.Event().wait(0.05)


def wrong_type(handler, _):
    content = b"<html>Welcome</html>"
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


KINDS = {
    **{f"status {status}": lambda _, status=status: fake.refuse(status, "no")
       for status in (400, 401, 403, 404, 408, 413, 500, 502, 503, 529)},
    "429 with seconds": lambda _: fake.refuse(429, "slow", headers={"Retry-After": "1"}),
    "429 with a date": lambda _: fake.refuse(
        429, "slow", headers={"Retry-After": later_by(1), "Date": later_by(0)}),
    "429 with nothing": lambda _: fake.refuse(429, "slow"),
    "an error inside a 200": lambda _: raw(b'data: {"error":{"message":"overloaded",'
                                           b'"type":"server_error"}}\n\n'),
    "cut anywhere": truncated,
    "invalid JSON": lambda _: raw(b"data: {\"choices\":[{\n\n"),
    "invalid UTF-8": lambda _: raw(b'data: {"choices":[{"delta":{"content":"\xff\xfe"}}]}\n\n'),
    "no head": lambda _: stall_head,
    "silence in the stream": lambda _: stall_stream,
    "a reset in a call": lambda _: reset,
    "a byte a second": lambda _: drip,
    "no end": lambda _: endless,
    "another content type": lambda _: wrong_type,
}


class Faults(unittest.TestCase):
    def setUp(self):
        # One provider each, so that what one learns of a limit holds no other back.
        self.providers = {}
        lines = ["version: 1", "models_dev: {url: ''}",
                 f"session: {{max_retries: {RETRIES}}}", "providers:"]
        for number, kind in enumerate(KINDS):
            provider = fake.FakeOpenAI(self.answer_of(kind))
            self.addCleanup(provider.close)
            self.providers[kind] = provider
            lines.append(f"  - {{id: p{number}, base_url: '{provider.url}', models: [{{id: m}}], "
                         f"first_byte_timeout: {FIRST_BYTE}, idle_timeout: {FIRST_BYTE}, "
                         f"call_timeout: {TOTAL}}}")
        self.server = Server("\n".join(lines) + "\n")
        self.addCleanup(self.server.close)
        self.client = self.server.client()

    @staticmethod
    def answer_of(kind):
        turns = {}
        def answer(handler, body):
            number = turns.setdefault(body["messages"][-1]["content"], len(turns))
            KINDS[kind](number % TURNS)(handler, body)
        return answer

    def test_every_turn_ends_whatever_the_provider_does(self):
        sessions = {}
        for number, kind in enumerate(KINDS):
            for turn in range(TURNS):
                session = self.client.new_session(model_id=f"p{number}/m", title="Titled")["id"]
                sessions[session] = kind
                self.client.say(session, f"Turn {turn}")
        begun = time.monotonic()
        for session, kind in sessions.items():
            turn = self.client.finish(session, deadline=BOUND)
            self.assertIn(turn["state"], ("failed", "succeeded"), f"{kind}: {turn}")
        self.assertLess(time.monotonic() - begun, BOUND)
        for session, kind in sessions.items():
            self.check_events(session, kind)
        self.assertFalse((self.server.workspace / "half-a-call-ran.txt").exists())
        for provider in self.providers.values():
            self.assertLessEqual(len(provider.requests), TURNS * (RETRIES + 1) + 3 * TURNS)
        until(lambda: self.calls_under_way() == 0, "no call is left", 30)

    def check_events(self, session, kind):
        events = replay(self.server, session)
        ends = [event.name for event in events if event.name in ("done", "error")]
        self.assertEqual(len(ends), 1, kind)
        self.assertEqual([event for event in events if event.name == "tool_start"], [], kind)
        retries = [event for event in events if event.name == "retry" and event.data["attempt"]]
        self.assertLessEqual(len(retries), RETRIES + 3, kind)

    def calls_under_way(self):
        providers = self.client.get("/config").json["providers"]
        return sum(one["traffic"]["running"] + one["traffic"]["waiting"] for one in providers)


if __name__ == "__main__":
    main()
