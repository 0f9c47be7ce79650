"""What kodad holds in memory: after sessions have left, while they stream, for parked connections
and after large pages. Prints the figures; small counts unless KODAD_MEMORY=full.

The load comes from the tools of tests/load, which lie in the same build tree as the binary.
"""

import json
import os
import pathlib
import re
import socket
import subprocess
import unittest

from harness import Server, binary, main, script, until

FULL = os.environ.get("KODAD_MEMORY") == "full"
ROUNDS, SESSIONS = (3, 2000) if FULL else (1, 1000)
STREAMS, CHUNKS, DELAY_MS = (4000, 120, 500) if FULL else (300, 40, 200)
KIB, MIB = 1024, 1024 * 1024

# limits::session_idle is 60 s and looked at every 10; then memory is given back.
LEAVE_DEADLINE = 75


def tool(name):
    return str(pathlib.Path(binary()).resolve().parents[1] / "tests" / "load" / name)


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


class Mock:
    """The mock provider of the load tests, pausing between the chunks of a stream."""

    def __init__(self, delay_ms, chunks):
        self.port = free_port()
        self.child = subprocess.Popen(
            [tool("kodad_mock_provider"), "--port", str(self.port), "--delay-ms", str(delay_ms),
             "--chunks", str(chunks)], stdout=subprocess.DEVNULL)
        until(self.answers, "the mock provider listens", 20)

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def config(self, streams):
        return ("version: 1\nmodels_dev: {url: ''}\nproviders:\n"
                f"  - {{id: mock, base_url: 'http://127.0.0.1:{self.port}/v1', api_key: x,\n"
                f"     max_concurrent: {streams}, models: [{{id: mock, context_size: 128000}}]}}\n")

    def close(self):
        self.child.kill()
        self.child.wait()


def anonymous_bytes(server):
    """Memory that is the process's own: no file's, no page cache."""
    text = pathlib.Path(f"/proc/{server.child.pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+) kB", text).group(1)) * KIB


def cpu_seconds(server):
    fields = pathlib.Path(f"/proc/{server.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run_load(server, sessions, model, deadline=300):
    """Each session with a stream and one turn, all at once. Gives the most memory seen."""
    command = [tool("kodad_load"), "sessions", "--url", f"http://127.0.0.1:{server.port}",
               "--sessions", str(sessions), "--model", model, "--time-out-s", str(deadline)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as load:
        peak = 0

        def ended():
            nonlocal peak
            peak = max(peak, anonymous_bytes(server))
            return load.poll() is not None

        until(ended, "the turns end", deadline, 0.1)
        told = json.loads(load.stdout.read())
    assert told["failed"] == 0, told
    return peak


def page_of(client, session):
    return client.get(f"/sessions/{session}/messages?limit=1000")


class MemoryTest(unittest.TestCase):
    def start(self, config=None):
        server = Server(config)
        self.addCleanup(server.close)
        return server

    def mock(self, delay_ms, chunks):
        made = Mock(delay_ms, chunks)
        self.addCleanup(made.close)
        return made

    def test_sessions_that_left_memory_cost_next_to_nothing(self):
        server = self.start(self.mock(0, 50).config(4096))
        server.client().expect(200, "GET", "/health")
        start = anonymous_bytes(server)
        for done in range(1, ROUNDS + 1):
            stored = done * SESSIONS
            peak = run_load(server, SESSIONS, "mock/mock" if done % 2 else "sim/load")
            bar = start + 10 * MIB + stored * KIB
            cpu = cpu_seconds(server)
            try:
                until(lambda: anonymous_bytes(server) <= bar, "memory is given back",
                      LEAVE_DEADLINE, 0.5)
            finally:
                print(f"\n  {stored} sessions: start {start / MIB:.1f} MiB, peak "
                      f"{peak / MIB:.1f}, then {anonymous_bytes(server) / MIB:.1f} (bar "
                      f"{bar / MIB:.1f}); {cpu_seconds(server) - cpu:.2f} s CPU meanwhile",
                      flush=True)

    def test_a_session_that_streams_is_small(self):
        server = self.start(self.mock(DELAY_MS, CHUNKS).config(max(STREAMS, 4096)))
        run_load(server, 100, "sim/load")  # What the first ones cost is no session's.
        before = anonymous_bytes(server)
        each = (run_load(server, STREAMS, "mock/mock") - before) / STREAMS
        print(f"\n  {STREAMS} sessions stream: {each / KIB:.1f} KiB each", flush=True)
        self.assertLess(each, 64 * KIB)

    def test_a_parked_connection_costs_less_than_a_kibibyte(self):
        server = self.start()
        asked = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
        parked = []
        self.addCleanup(lambda: [link.close() for link in parked])

        def park(count):
            for _ in range(count):
                parked.append(socket.create_connection(("127.0.0.1", server.port), timeout=20))
                parked[-1].sendall(asked)
            for link in parked[-count:]:
                self.assertIn(b"200 OK", link.recv(4096))

        park(100)
        before = anonymous_bytes(server)
        park(800)
        each = (anonymous_bytes(server) - before) / 800
        print(f"\n  a parked connection: {each:.0f} bytes", flush=True)
        self.assertLess(each, KIB)

    def test_memory_of_large_pages_comes_back(self):
        server = self.start()
        client = server.client()
        session = client.new_session()["id"]
        for _ in range(12):
            client.run(session, script({"text": "ok"}) + "x" * (MIB - KIB))
        before = anonymous_bytes(server)
        peak = before
        for _ in range(12):
            self.assertEqual(page_of(client, session).status, 200)
            peak = max(peak, anonymous_bytes(server))
        bar = before + 10 * MIB
        try:
            until(lambda: anonymous_bytes(server) <= bar, "memory is given back", 30, 0.5)
        finally:
            print(f"\n  12 pages of 12 MiB: before {before / MIB:.1f} MiB, peak "
                  f"{peak / MIB:.1f}, then {anonymous_bytes(server) / MIB:.1f}", flush=True)


class DescriptorTest(unittest.TestCase):
    CONFIG = ("version: 1\nmodels_dev: {url: ''}\nproviders:\n"
              "  - {id: mine, base_url: 'http://127.0.0.1:9/v1', max_concurrent: %d}\n")

    def start_with(self, calls, files):
        server = Server(self.CONFIG % calls, start=False)
        self.addCleanup(server.close)
        limited = ["bash", "-c", f'ulimit -n {files}; exec "$0" "$@"', *server.command()]
        return subprocess.run(limited, capture_output=True, text=True, timeout=60,
                              env=server.environment(), cwd=server.workspace)

    def test_more_calls_than_descriptors_are_refused_by_the_key(self):
        told = self.start_with(16384, 1024)
        self.assertEqual(told.returncode, 2, told.stderr)
        self.assertIn("providers[0].max_concurrent", told.stderr)
        self.assertIn("1024", told.stderr)

    def test_more_calls_than_connections_are_refused_by_the_key(self):
        told = self.start_with(16385, 1024)
        self.assertEqual(told.returncode, 2, told.stderr)
        self.assertIn("providers[0].max_concurrent", told.stderr)
        self.assertIn("from 1 to 16384", told.stderr)


if __name__ == "__main__":
    main()
