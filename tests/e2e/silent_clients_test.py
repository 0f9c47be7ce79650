"""Clients that connect and say nothing, or ask and do not read: however many, they keep nobody else
out. The others' answers are timed, quiet and under each load, and the figures are printed.

KODAD_WIDE=1 takes more samples, and a replay that is not read for the whole of its patience.
"""

import os
import pathlib
import resource
import socket
import subprocess
import sys
import time
import unittest

from harness import Client, Server, bash, main, script, until, words
from sse import stream

WIDE = bool(os.environ.get("KODAD_WIDE"))
SILENT = 20000
SILENT_EACH = 5000  # Connections of one client process.
SAMPLES = 300 if WIDE else 80
CANCELS = 60 if WIDE else 15
SLACK = 0.020
# A machine that builds at the same time stalls anybody for a while now and then.
WORST = 5.0

# Opens connections from an address of its own, tells so, and keeps them until its input ends.
CROWD = """
import resource, socket, sys
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
port, count, source, said = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4].encode()
links = []
for _ in range(count):
    link = socket.socket()
    link.bind((source, 0))
    link.connect(("127.0.0.1", port))
    if said:
        link.sendall(said)
    links.append(link)
print(len(links), flush=True)
sys.stdin.read()
"""

# Sends the same long body again and again; tells the first answer's status.
BODIES = """
import http.client, json, sys
link = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
body = json.dumps({"content": " ".join(f"word{i}" for i in range(1000000)), "agent_id": 7})
told = False
while True:
    link.request("POST", f"/sessions/{sys.argv[2]}/messages", body,
                 {"Content-Type": "application/json"})
    reply = link.getresponse()
    reply.read()
    if not told:
        print(reply.status, flush=True)
    told = True
"""


class Crowd:
    """Processes that hold connections open. `said` is all they ever send."""

    def __init__(self, port, count, said=""):
        self.children = []
        for number, first in enumerate(range(0, count, SILENT_EACH)):
            command = [sys.executable, "-c", CROWD, str(port),
                       str(min(SILENT_EACH, count - first)), f"127.0.0.{number + 10}", said]
            self.children.append(subprocess.Popen(command, stdin=subprocess.PIPE,
                                                  stdout=subprocess.PIPE))

    def __enter__(self):
        for child in self.children:
            if not child.stdout.readline():
                raise AssertionError("a crowd could not connect")
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.stdin.close()
            child.kill()
            child.wait()
            child.stdout.close()


class FewDescriptors(Server):
    """kodad under `ulimit -n`."""

    def __init__(self, allowed):
        self.allowed = allowed
        super().__init__()

    def command(self):
        return ["sh", "-c", f'ulimit -n {self.allowed} && exec "$@"', "sh", *super().command()]


def rank(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def raise_files():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Timing:
    """How long /health and a cancel take, each over a new connection."""

    def __init__(self, server):
        self.server = server
        self.health = [self.time_health() for _ in range(SAMPLES)]
        self.cancel = [self.time_cancel() for _ in range(CANCELS)]

    def fresh(self, method, path):
        client = Client(self.server.port)
        begin = time.monotonic()
        reply = client.json(method, path)
        spent = time.monotonic() - begin
        client.close()
        return reply, spent

    def time_health(self):
        reply, spent = self.fresh("GET", "/health")
        if reply.status != 200:
            raise AssertionError(f"/health: {reply.status} {reply.body!r}")
        return spent

    def time_cancel(self):
        client = Client(self.server.port)
        session = client.new_session()["id"]
        client.say(session, script({"delay_ms": 600000}))
        reply, spent = self.fresh("POST", f"/sessions/{session}/cancel")
        if reply.status != 202:
            raise AssertionError(f"/cancel: {reply.status} {reply.body!r}")
        client.close()
        return spent

    def __str__(self):
        def figures(times):
            return "/".join(f"{rank(times, share) * 1000:.1f}" for share in (0.5, 0.99))
        return f"health {figures(self.health)} ms, cancel {figures(self.cancel)} ms (p50/p99)"


class Load(unittest.TestCase):
    def serve(self, server):
        self.addCleanup(server.close)
        self.addCleanup(lambda: self.assertIsNone(server.child.poll(), server.tail()))
        Timing(server)  # Warm.
        self.server = server
        self.quiet = Timing(server)
        print(f"\n  quiet: {self.quiet}", file=sys.stderr)

    def assert_undisturbed(self, load):
        now = Timing(self.server)
        print(f"  {load}: {now}", file=sys.stderr)
        for before, after in ((self.quiet.health, now.health), (self.quiet.cancel, now.cancel)):
            self.assertLess(rank(after, 0.5), 2 * rank(before, 0.5) + SLACK)
            self.assertLess(max(after), max(WORST, 2 * max(before)))


class Silent(Load):
    def test_twenty_thousand_silent_connections(self):
        self.serve(Server())
        cap = self.server.client().expect(200, "GET", "/config")["limits"]["connections"]
        self.assertGreaterEqual(SILENT, cap)
        with Crowd(self.server.port, SILENT):
            self.assert_undisturbed(f"{SILENT} silent, cap {cap}")
            self.assert_whole_turns()
        with Crowd(self.server.port, SILENT, "GET /health HTTP/1.1\r\nHos"):
            self.assert_undisturbed(f"{SILENT} unfinished heads")

    def assert_whole_turns(self):
        client = self.server.client()
        session = client.new_session()["id"]
        client.say(session, script({"text": words(50)}, bash("echo hi")))
        with stream(self.server, session) as source:
            self.assertEqual(source.until(("done", "error"))[-1].name, "done")

    def test_a_live_stream_outlives_a_crowd(self):
        self.serve(FewDescriptors(512))
        client = self.server.client()
        session = client.new_session()["id"]
        with stream(self.server, session) as source:
            until(lambda: source.frames.comments or not source.pull(), "the first comment")
            with Crowd(self.server.port, 2000):
                client = Client(self.server.port)
                client.say(session, script({"text": "still here"}))
                self.assertEqual(source.until(("done", "error"))[-1].name, "done")


class Few(Load):
    """More connections than the process may open files."""

    def test_tools_and_others_go_on_and_nobody_gets_an_empty_reply(self):
        self.serve(FewDescriptors(1024))
        limits = self.server.client().expect(200, "GET", "/config")["limits"]
        self.assertLessEqual(limits["connections"], 512)
        (self.server.workspace / "a.txt").write_text("one\n")
        links = [self.connect() for _ in range(1200)]
        self.assert_undisturbed("1200 silent of 1024 descriptors")
        self.assert_tools_work()
        statuses = [self.ask(link) for link in links]
        self.assertLessEqual(set(statuses), {200, 503}, statuses)
        # Who speaks at once is served, however many stay connected.
        self.assertEqual({self.ask(self.connect()) for _ in range(1200)}, {200})
        self.assertLess(self.open_files(), 1024 - 256)

    def connect(self):
        link = socket.create_connection(("127.0.0.1", self.server.port), timeout=30)
        self.addCleanup(link.close)
        return link

    def ask(self, link):
        """The status of the answer; None for no answer."""
        try:
            link.sendall(f"GET /agents HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\n\r\n"
                         .encode())
        except OSError:
            pass  # What it was told may still be there to be read.
        try:
            head = link.recv(4096)
        except OSError:
            return None
        return int(head.split()[1]) if head.startswith(b"HTTP/1.1 ") else None

    def open_files(self):
        return len(os.listdir(f"/proc/{self.server.child.pid}/fd"))

    def assert_tools_work(self):
        """Eight sessions use every kind of tool at once."""
        client = Client(self.server.port)
        steps = [{"tool": "read", "input": {"filePath": "a.txt"}},
                 {"tool": "write", "input": {"filePath": "b.txt", "content": "two\n"}},
                 {"tool": "glob", "input": {"pattern": "*.txt"}}, bash("echo hi")] * 5
        sessions = [client.new_session()["id"] for _ in range(8)]
        for session in sessions:
            client.say(session, script(*steps))
        for session in sessions:
            self.assertEqual(client.finish(session)["state"], "succeeded")
            parts = [part for message in client.messages(session) for part in message["parts"]
                     if part["type"] == "tool"]
            self.assertEqual({part["status"] for part in parts}, {"completed"}, parts)
            self.assertEqual(len(parts), len(steps))
        client.close()

    def test_a_host_without_a_free_descriptor_has_not_lost_the_workspace(self):
        self.serve(FewDescriptors(1024))
        client = self.server.client()
        session = client.new_session()["id"]
        client.run(session, script({"tool": "read", "input": {"filePath": "main.py"}}))
        used = self.open_files()
        pid = self.server.child.pid
        subprocess.run(["prlimit", f"--pid={pid}", f"--nofile={used}:1024"], check=True)
        turn = client.run(session, script({"tool": "read", "input": {"filePath": "main.py"}}))
        part = client.messages(session)[-1]["parts"][0]
        self.assertNotIn("workspace_vanished", str(part))
        self.assertNotIn("gone", str(part))
        self.assertEqual(turn["state"], "succeeded")
        subprocess.run(["prlimit", f"--pid={pid}", "--nofile=1024:1024"], check=True)
        client.run(session, script({"tool": "read", "input": {"filePath": "main.py"}}))
        self.assertEqual(client.messages(session)[-1]["parts"][0]["status"], "completed")


class Deaf(Load):
    """Clients that ask and do not read."""

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.server.child.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) // 1024

    def test_a_thousand_requests_unread_cost_bounded_memory(self):
        self.serve(Server())
        client = self.server.client()
        session = client.new_session()["id"]
        for _ in range(10):
            client.run(session, script({"text": words(20000)}, chunk_tokens=500))
        page = len(client.get(f"/sessions/{session}/messages?limit=1000").body)
        before = self.resident_mib()
        request = (f"GET /sessions/{session}/messages?limit=1000 HTTP/1.1\r\n"
                   f"Host: 127.0.0.1:{self.server.port}\r\n\r\n")
        with Crowd(self.server.port, 1000, request):
            self.assert_undisturbed(f"1000 unread answers of {page // 1024} KiB")
            grown = self.resident_mib() - before
            print(f"  memory: {before} MiB and {grown} more", file=sys.stderr)
            self.assertLess(grown, 350)  # The bound on answers, those being made, the connections.
        with Crowd(self.server.port, 100, request * 100):
            self.assert_undisturbed("100 connections with 100 requests each, unread")

    @unittest.skipUnless(WIDE, "missed where clients and workers share two cores")
    def test_saturated_workers_do_not_hold_up_health_and_cancel(self):
        self.serve(Server())
        # Long to read, then refused. From processes of their own: writing JSON stalls this one.
        session = self.server.client().new_session()["id"]
        burden = [subprocess.Popen([sys.executable, "-c", BODIES, str(self.server.port), session],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                  for _ in range(8)]
        try:
            for child in burden:
                self.assertEqual(child.stdout.readline(), b"400\n")
            self.assert_undisturbed("8 clients with bodies of 10 MB")
        finally:
            for child in burden:
                child.stdin.close()
                child.kill()
                child.wait()
                child.stdout.close()

    @unittest.skipUnless(WIDE, "takes as long as the patience with a reader that does not read")
    def test_a_replay_that_is_not_read_is_cut_off(self):
        self.serve(Server())
        client = self.server.client()
        session = client.new_session()["id"]
        (self.server.workspace / "noise.txt").write_text(("y" * 99 + "\n") * 350)
        read = {"tool": "read", "input": {"filePath": "noise.txt"}}
        client.run(session, script(*[read] * 120))
        for query in ("?after=0", "?after=0&until=done"):
            with stream(self.server, session, query, receive_buffer=4096) as deaf:
                begin = time.monotonic()
                until(lambda: self.is_cut(deaf.link), "a deaf reader is cut off", 60, 1)
                print(f"  cut off after {time.monotonic() - begin:.0f} s", file=sys.stderr)

    @staticmethod
    def is_cut(link):
        """Reads a byte, as a hopeless reader does. Has the server closed?"""
        link.recv(1)
        return link.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != 1  # ESTABLISHED


if __name__ == "__main__":
    raise_files()
    main()
