"""Parts of the host that hang or die: a name server that says nothing for 25 s, and the process
that starts commands killed, stopped, or not to be had. Whoever does not need them notices nothing,
and all comes back by itself. $KODAD_E2E_HUNG_KILLS says how often the spawner is killed (8)."""

import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import tempfile
import threading
import time
import unittest

import fake_openai as fake
from harness import Server, bash, binary, main, script, until
from sse import stream

KILLS = int(os.environ.get("KODAD_E2E_HUNG_KILLS", "8"))
SAMPLES = 25
HANGING = 50
# Beside twice the quiet median; single samples tell less on a busy machine, but none may hang.
SLACK = 0.020
LONGEST = 2

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
  int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
      (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))dlsym(
          RTLD_NEXT, "getaddrinfo");
  if (name && strncmp(name, "hang", 4) == 0) {
    poll(NULL, 0, 25000);
    return EAI_AGAIN;
  }
  return real(name && strncmp(name, "good", 4) == 0 ? "127.0.0.1" : name, service, hints, found);
}
"""


def shim(folder):
    source = pathlib.Path(folder) / "names.c"
    source.write_text(SHIM)
    library = source.with_suffix(".so")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    return library


def timed(work):
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def samples(work, count=SAMPLES):
    return [timed(work) for _ in range(count)]


def described(name, quiet, later):
    return (f"{name}: quiet {statistics.median(quiet) * 1000:.1f} ms, "
            f"then {statistics.median(later) * 1000:.1f} ms (longest {max(later) * 1000:.0f})")


def children(pid):
    out = []
    try:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            out += [int(one) for one in (task / "children").read_text().split()]
    except OSError:
        pass  # Gone meanwhile.
    return out


def descendants(pid):
    return [one for child in children(pid) for one in (child, *descendants(child))]


def runs(pid):
    """Is it there, and not only its entry?"""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


class ShimmedServer(Server):
    """Asks a name server of the test's own making."""

    library = None

    def environment(self):
        return {**super().environment(), "LD_PRELOAD": str(self.library)}


class HungTest(unittest.TestCase):
    def assert_unhindered(self, name, quiet, later):
        print(described(name, quiet, later), flush=True)
        bound = 2 * statistics.median(quiet) + SLACK
        self.assertLess(statistics.median(later), bound, described(name, quiet, later))
        self.assertLess(max(later), LONGEST, described(name, quiet, later))

    def turn_ends(self, client, session, deadline=40):
        turn = client.finish(session, deadline)
        return turn["state"]


class NameServer(HungTest):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.provider = fake.FakeOpenAI(fake.say("Fine."))
        self.addCleanup(self.provider.close)
        lines = ["version: 1", "models_dev: {url: ''}", "session: {max_retries: 0}", "providers:",
                 f"  - {{id: good, base_url: 'http://good.test:{self.provider.port}/v1', "
                 "models: [{id: m}]}"]
        for number in range(HANGING):
            deadline = 2 if number == 1 else 60
            lines.append(f"  - {{id: h{number}, base_url: 'http://hang{number}.test:9/v1', "
                         f"connect_timeout: {deadline}, models: [{{id: m}}]}}")
        self.server = ShimmedServer("\n".join(lines) + "\n", start=False)
        self.server.library = shim(self.folder.name)
        self.server.start()
        self.addCleanup(self.server.close)
        self.client = self.server.client()
        self.good = self.client.new_session(model_id="good/m", title="Titled")["id"]

    def turn(self):
        self.assertEqual(self.client.run(self.good, "Hello")["state"], "succeeded")

    def begin(self, number):
        session = self.client.new_session(model_id=f"h{number}/m", title="Titled")["id"]
        self.client.say(session, "Hello")
        return session

    def running(self):
        providers = self.client.get("/config").json["providers"]
        return sum(one["traffic"]["running"] for one in providers)

    def cancel(self, session):
        self.client.expect(202, "POST", f"/sessions/{session}/cancel")
        self.assertEqual(self.turn_ends(self.client, session), "cancelled")

    def test_hanging_names_stall_nobody(self):
        self.turn()
        quiet = samples(self.turn)
        first, late = self.begin(0), self.begin(1)
        until(lambda: self.running() == 2, "both calls are under way")
        self.assertLess(timed(lambda: self.cancel(first)), 2)
        self.assert_unhindered("turns while one name hangs and its call was cancelled", quiet,
                               samples(self.turn))
        with stream(self.server, late) as source:
            failure = source.until(("done", "error"))[-1].data
        self.assertEqual(failure["code"], "provider_down")
        self.assertIn("hang1.test", str(failure))
        sessions = [self.begin(number) for number in range(2, HANGING)]
        until(lambda: self.running() == len(sessions), "all calls are under way")
        for session in sessions[::2]:
            self.client.expect(202, "POST", f"/sessions/{session}/cancel")
        self.assert_unhindered(f"turns while {HANGING} names hang", quiet, samples(self.turn))
        threads = len(os.listdir(f"/proc/{self.server.child.pid}/task"))
        self.assertLess(threads, 200)
        took = timed(lambda: self.server.terminate(20))
        print(f"SIGTERM with {len(sessions) // 2} hanging calls: {took:.1f} s", flush=True)
        self.assertLess(took, 15)


class Spawner(HungTest):
    def setUp(self):
        self.server = Server("version: 1\nmodels_dev: {url: ''}\n", start=False)
        self.addCleanup(self.server.close)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        # A copy, which a test may take away.
        self.program = pathlib.Path(shutil.copy(binary(), self.folder.name))
        command = self.server.command
        self.server.command = lambda: [str(self.program), *command()[1:]]
        self.server.start()
        self.client = self.server.client()
        self.talker = self.client.new_session(title="Titled")["id"]

    def children(self):
        """The server's own, the dead included: the spawner, and no other."""
        return children(self.server.child.pid)

    def spawner(self):
        return until(lambda: [pid for pid in self.children() if runs(pid)], "there is a spawner")[0]

    def talk(self):
        state = self.client.run(self.talker, script({"text": "fine"}))["state"]
        self.assertEqual(state, "succeeded")

    def health(self):
        reply = self.client.get("/health")
        self.assertEqual((reply.status, reply.json["status"]), (200, "ok"))
        return reply.json

    def run_bash(self, command, client=None):
        """The part of the call."""
        client = client or self.client
        session = client.new_session(title="Titled")["id"]
        client.run(session, script(bash(command)))
        return client.messages(session)[-1]["parts"][0]

    def works(self):
        part = self.run_bash("echo works")
        return part["status"] != "error" and "works" in str(part)

    def begin_bash(self, command):
        session = self.client.new_session(title="Titled")["id"]
        self.client.say(session, script(bash("echo go; " + command)))
        with stream(self.server, session) as source:
            source.until(lambda e: e.name == "tool_output" and "go" in e.data["chunk"])
        return session

    def test_killed_under_load_it_comes_back(self):
        self.assertTrue(self.works())
        quiet = samples(self.talk), samples(self.health)
        over = threading.Event()
        self.addCleanup(over.set)
        parts = []

        def load():
            client = self.server.client()
            while not over.is_set():
                parts.append(self.run_bash("sleep 0.2; echo ran", client))

        workers = [threading.Thread(target=load) for _ in range(4)]
        for worker in workers:
            worker.start()
        later = [], []
        for _ in range(KILLS):
            seen = len(parts)
            os.kill(self.spawner(), signal.SIGKILL)
            later[0].extend(samples(self.talk, 3))
            later[1].extend(samples(self.health, 3))
            until(lambda seen=seen: len(parts) > seen + 4, "commands go on")
        over.set()
        for worker in workers:
            worker.join(60)
            self.assertFalse(worker.is_alive())
        self.assert_unhindered("turns", quiet[0], later[0])
        self.assert_unhindered("/health", quiet[1], later[1])
        failed = [part for part in parts if part["status"] == "error"]
        print(f"{KILLS} kills: {len(parts)} commands, {len(failed)} cut off", flush=True)
        for part in failed:
            self.assertIn("cut off", part["error"])
        self.assertGreater(len(parts), len(failed))
        self.assertTrue(self.works())
        self.assertEqual(len(self.children()), 1, "no zombie, no stray")
        self.assertNotIn("details", self.health())

    def test_stopped_it_is_replaced(self):
        quiet = samples(self.talk), samples(self.health)
        kept = self.begin_bash("(setsid sleep 60 &); sleep 60; touch outlived")
        cancelled = self.begin_bash("sleep 60; touch outlived")
        stopped = self.spawner()
        begun = time.monotonic()
        os.kill(stopped, signal.SIGSTOP)
        took = timed(lambda: self.client.expect(202, "POST", f"/sessions/{cancelled}/cancel"))
        self.assertLess(took, 1)
        self.assert_unhindered("turns", quiet[0], samples(self.talk))
        self.assert_unhindered("/health", quiet[1], samples(self.health))
        self.assertEqual(self.turn_ends(self.client, cancelled), "cancelled")
        print(f"a cancel under a stopped spawner: {time.monotonic() - begun:.1f} s", flush=True)
        self.assertLess(time.monotonic() - begun, 8)
        self.turn_ends(self.client, kept)
        part = self.client.messages(kept)[-1]["parts"][0]
        self.assertIn("cut off", part["error"])
        self.assertTrue(self.works())
        self.assertNotEqual(self.spawner(), stopped)
        self.assertEqual(len(self.children()), 1, "no zombie, no stray")

    def test_not_to_be_had_it_is_told(self):
        self.assertTrue(self.works())
        self.program.chmod(0)
        os.kill(self.spawner(), signal.SIGKILL)
        details = until(lambda: self.health().get("details"), "/health tells")
        self.assertEqual(details, {"tools": "restarting"})
        # The first may still have reached the dying one.
        self.run_bash("echo never")
        part = self.run_bash("echo never")
        self.assertEqual(part["status"], "error")
        self.assertIn("no command can be started at the moment", part["error"])
        self.talk()
        self.program.chmod(0o755)
        until(self.works, "commands work again", 30)
        self.assertNotIn("details", self.health())

    def test_stopped_it_does_not_delay_the_end(self):
        self.begin_bash("sleep 60")
        stopped = self.spawner()
        below = [stopped, *descendants(stopped)]
        self.assertGreater(len(below), 1)
        os.kill(stopped, signal.SIGSTOP)
        took = timed(lambda: self.server.terminate(20))
        print(f"SIGTERM under a stopped spawner: {took:.1f} s", flush=True)
        self.assertLess(took, 15)
        until(lambda: not any(runs(pid) for pid in below), "all it had started is gone", 10)


if __name__ == "__main__":
    main()
