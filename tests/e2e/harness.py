"""Starts the real kodad on a fresh state folder and speaks HTTP to it.

Every test file uses this one: `Server` is a kodad process with its folders, `Client` a small JSON
client on http.client, `until` waits for a condition with a deadline. Event streams are in sse.py,
the fake provider in fake_openai.py. The binary is named by $KODAD_BINARY or the first argument.
"""

import collections
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

START_DEADLINE = 60
REQUEST_DEADLINE = 40
TURN_DEADLINE = 90

ACTIVE = ("queued", "running", "waiting", "cancelling")
TERMINAL = ("succeeded", "cancelled", "failed", "interrupted")
MODEL = "sim/koda"


def binary():
    path = os.environ.get("KODAD_BINARY")
    if not path:
        raise SystemExit("name the binary by $KODAD_BINARY or as the first argument")
    return path


def main():
    """Runs the tests of the calling file; the first argument may be the binary's path."""
    if len(sys.argv) > 1 and os.access(sys.argv[1], os.X_OK) and os.path.isfile(sys.argv[1]):
        os.environ["KODAD_BINARY"] = sys.argv.pop(1)
    binary()
    # A run that is told to stop still stops its servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    unittest.main(module="__main__", testRunner=unittest.TextTestRunner(
        verbosity=2, resultclass=TimedResult))


class TimedResult(unittest.TextTestResult):
    """Tells beside each test how long it took."""

    def startTest(self, test):
        self.began = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        self.stream.write(f"{time.monotonic() - self.began:.1f} s ")
        super().addSuccess(test)


def until(condition, what, deadline=TURN_DEADLINE, pause=0.02):
    """The first true value of `condition`, asked again and again until the deadline."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {what}")
        threading.Event().wait(pause)


class Reply(collections.namedtuple("Reply", "status headers body")):
    """An answer; `headers` maps lower-case names to their last value."""

    __slots__ = ()

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """One keep-alive connection. Not for two threads at once."""

    def __init__(self, port, host="127.0.0.1", timeout=REQUEST_DEADLINE):
        self.port = port
        self.host = host
        self.timeout = timeout
        self.link = None

    def close(self):
        if self.link:
            self.link.close()
            self.link = None

    def send(self, method, path, body=None, headers=None):
        """A request with these very bytes. Never repeated by itself."""
        if not self.link:
            self.link = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        try:
            self.link.request(method, path, body=body, headers=headers or {})
            reply = self.link.getresponse()
            content = reply.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if reply.will_close:
            self.close()
        names = {name.lower(): value for name, value in reply.getheaders()}
        return Reply(reply.status, names, content)

    def json(self, method, path, value=None, headers=None):
        """A request with `value` as its JSON body (none for None)."""
        if value is None:
            return self.send(method, path, None, headers)
        given = {"Content-Type": "application/json", **(headers or {})}
        return self.send(method, path, json.dumps(value).encode(), given)

    def get(self, path, headers=None):
        return self.send("GET", path, None, headers)

    def post(self, path, value=None, headers=None):
        return self.json("POST", path, value, headers)

    # What most tests need of a session, failing loudly.

    def expect(self, status, method, path, value=None, headers=None):
        reply = self.json(method, path, value, headers)
        if reply.status != status:
            raise AssertionError(
                f"{method} {path}: expected {status}, got {reply.status} {reply.body[:500]!r}")
        return reply.json if reply.body else None

    def new_session(self, **fields):
        return self.expect(201, "POST", "/sessions", fields)

    def say(self, session, content, **fields):
        path = f"/sessions/{session}/messages"
        return self.expect(202, "POST", path, {"content": content, **fields})

    def turn(self, session):
        return self.expect(200, "GET", f"/sessions/{session}/turn")

    def questions(self, session):
        return self.expect(200, "GET", f"/sessions/{session}/questions")

    def messages(self, session):
        return self.expect(200, "GET", f"/sessions/{session}/messages?limit=1000")

    def answer(self, session, question_id, response):
        path = f"/sessions/{session}/answer"
        return self.json("POST", path, {"question_id": question_id, "response": response})

    def finish(self, session, deadline=TURN_DEADLINE):
        """The session's last turn, once it has ended."""
        def ended():
            turn = self.turn(session)
            return turn if turn["state"] in TERMINAL else None
        return until(ended, f"the turn of {session} ends", deadline)

    def run(self, session, content, **fields):
        self.say(session, content, **fields)
        return self.finish(session)

    def await_question(self, session):
        return until(lambda: self.questions(session), f"a question in {session}")[0]


def script(*steps, **settings):
    """A message that makes the simulated model do these steps."""
    return "Play this.\n```sim\n" + json.dumps({**settings, "steps": list(steps)}) + "\n```\n"


def bash(command, **more):
    fields = {"command": command, "description": "Run it", "purpose": "other", **more}
    return {"tool": "bash", "input": fields}


def words(count, stem="word"):
    return " ".join(f"{stem}{i}" for i in range(count))


class Server:
    """A kodad process on folders of its own, which stay over restarts until close()."""

    def __init__(self, config=None, args=(), start=True):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="kodad-e2e-"))
        self.state = self.root / "state"
        self.workspace = self.root / "workspace"
        self.workspace.mkdir()
        (self.workspace / "main.py").write_text("def main():\n    print('hello')\n\nmain()\n")
        self.config = self.root / "config.yaml"
        self.config.write_text(config or "version: 1\n")
        self.args = list(args)
        self.child = None
        self.port = None
        self.clients = []
        self.log = self.root / "kodad.log"
        if start:
            self.start()

    def command(self):
        return [binary(), "--port", "0", "--state-dir", str(self.state), "--workspace",
                str(self.workspace), "--config", str(self.config), *self.args]

    def environment(self):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("KODAD_", "XDG_"))}
        (self.root / "home").mkdir(exist_ok=True)
        (self.root / "run").mkdir(exist_ok=True)
        return {**kept, "HOME": str(self.root / "home"),
                "XDG_RUNTIME_DIR": str(self.root / "run"), "no_proxy": "*"}

    def start(self):
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                env=self.environment(), cwd=self.workspace, start_new_session=True)
        found = {}
        known = threading.Event()
        threading.Thread(target=self._read_stdout, args=(self.child, found, known),
                         daemon=True).start()
        if not known.wait(START_DEADLINE) or "port" not in found:
            code = self.child.poll()
            self.kill()
            raise AssertionError(f"kodad did not start (exit {code}): {self.tail()}")
        self.port = found["port"]
        return self

    @staticmethod
    def _read_stdout(child, found, known):
        with child.stdout:
            for line in child.stdout:
                url = re.search(rb"http://127\.0\.0\.1:(\d+)", line)
                if url and "port" not in found:
                    found["port"] = int(url.group(1))
                    known.set()
        known.set()

    def tail(self):
        return self.log.read_text(errors="replace")[-3000:]

    def client(self, **options):
        self.clients.append(Client(self.port, **options))
        return self.clients[-1]

    def kill(self):
        """SIGKILL, as a crash would."""
        if self.child:
            self.child.kill()
            self.child.wait()

    def terminate(self, deadline=15):
        """SIGTERM; the exit code."""
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(deadline)

    def restart(self):
        self.kill()
        return self.start()

    def close(self):
        self.kill()
        for client in self.clients:
            client.close()
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def raw_exchange(port, request, deadline=REQUEST_DEADLINE):
    """The bytes that come back for these bytes, until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=deadline) as link:
        link.sendall(request)
        link.shutdown(socket.SHUT_WR)
        got = b""
        while True:
            piece = link.recv(65536)
            if not piece:
                return got
            got += piece


class ServerTest(unittest.TestCase):
    """A test class with one server for all its tests."""

    config = None
    args = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server(cls.config, cls.args)
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.client = self.server.client()
        self.addCleanup(self.client.close)

    def tearDown(self):
        self.assertIsNone(self.server.child.poll(), "kodad died: " + self.server.tail())

    def assert_error(self, reply, status, code=None, field=None):
        said = f"{reply.status} {reply.body[:300]!r}"
        self.assertEqual(reply.status, status, said)
        self.assertTrue(reply.headers.get("content-type", "").startswith("application/json"), said)
        self.assertIsInstance(reply.json["error"], str)
        self.assertTrue(reply.json["error"], said)
        self.assertRegex(reply.json["code"], r"^[a-z_]+$")
        if code:
            self.assertEqual(reply.json["code"], code, said)
        if field:
            self.assertEqual(reply.json.get("field"), field, said)
        return reply.json
