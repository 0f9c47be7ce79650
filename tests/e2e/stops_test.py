"""kodad ends within 15 s of a SIGTERM in every state, and no other signal ends it unasked."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import unittest

from silent_disk import SilentDisk
from harness import Server, bash, main, script, until
from start_fixture import IS_ROOT, Start

IN_ORDER = 15  # seconds
AT_ONCE = 2
STARTING = 10  # Until a start has come to where it hangs.


def waits_in(child, *calls):
    """Is a thread of the child in one of these kernel functions?"""
    for task in pathlib.Path(f"/proc/{child.pid}/task").glob("*/wchan"):
        try:
            if task.read_text().startswith(calls):
                return True
        except OSError:
            pass
    return False


def spawner_of(child):
    return int(pathlib.Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()[0])


class Stopping(unittest.TestCase):
    def assert_ends(self, child, deadline, code, number=signal.SIGTERM):
        began = time.monotonic()
        child.send_signal(number)
        try:
            child.wait(deadline + 5)
        except subprocess.TimeoutExpired:
            child.kill()
            self.fail(f"not ended by {number.name} within {deadline} s")
        self.assertLess(time.monotonic() - began, deadline)
        self.assertIn(child.returncode, code if isinstance(code, tuple) else (code,))


class WhileStarting(Stopping):
    """Nothing was promised yet: the start ends at once."""

    def setUp(self):
        self.start = Start()
        self.addCleanup(self.start.close)

    def begin(self):
        child = subprocess.Popen(
            self.start.words(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=self.start.environment, cwd=self.start.cwd,
            start_new_session=True)
        self.addCleanup(child.communicate)
        self.addCleanup(child.kill)
        return child

    def dead_disk(self, folder):
        disk = SilentDisk(folder)
        self.start.cleanups.append(disk.close)

    def assert_hangs_and_ends(self, *calls):
        child = self.begin()
        until(lambda: waits_in(child, *calls), "the start hangs", STARTING)
        self.assert_ends(child, AT_ONCE, 0)

    def test_at_any_moment(self):
        # By its default a signal ends what has not even begun.
        for delay in range(0, 60, 4):
            child = self.begin()
            try:
                child.wait(delay / 1000)
            except subprocess.TimeoutExpired:
                pass
            self.assert_ends(child, IN_ORDER, (0, -signal.SIGTERM))

    @unittest.skipUnless(IS_ROOT, "needs to be root")
    def test_a_workspace_on_a_dead_disk(self):
        self.dead_disk(self.start.folder("dead"))
        self.start.options["--workspace"] = self.start.root / "dead" / "project"
        self.assert_hangs_and_ends("request_wait", "fuse", "__fuse")

    @unittest.skipUnless(IS_ROOT, "needs to be root")
    def test_a_dead_disk_is_given_up(self):
        self.dead_disk(self.start.folder("dead"))
        self.start.options["--workspace"] = self.start.root / "dead" / "project"
        code, out, said, seconds = self.start.run(IN_ORDER)
        self.assertEqual((code, out), (2, b""))
        self.assertRegex(said, rb"\Akodad: [^\n]*takes too long[^\n]*\n\Z")
        self.assertLess(seconds, IN_ORDER)

    @unittest.skipUnless(IS_ROOT, "needs to be root")
    def test_a_configuration_on_a_dead_disk(self):
        self.dead_disk(self.start.folder("dead"))
        self.start.options["--config"] = self.start.root / "dead" / "config.yaml"
        self.assert_hangs_and_ends("request_wait", "fuse", "__fuse")

    @unittest.skipUnless(IS_ROOT, "needs to be root")
    def test_a_database_that_is_being_opened_on_a_dead_disk(self):
        self.start.folder("state")
        self.dead_disk(self.start.folder("state/blobs"))
        self.assert_hangs_and_ends("request_wait", "fuse", "__fuse")

    @unittest.skipUnless(IS_ROOT, "needs to be root")
    def test_a_name_server_that_never_answers(self):
        silent = self.start.root / "resolv.conf"
        silent.write_text("nameserver 192.0.2.53\noptions timeout:30 attempts:5\n")
        switch = self.start.root / "nsswitch.conf"
        switch.write_text("hosts: dns\n")
        self.start.wrap = ["unshare", "-m"]
        self.start.shell = (f"mount --bind {silent} /etc/resolv.conf && "
                            f"mount --bind {switch} /etc/nsswitch.conf || exit 77")
        self.start.configure("version: 1\nserver: {tokens: [0123456789abcdef0123456789abcdef]}\n")
        self.start.options["--host"] = "slow.example.org"
        self.assert_hangs_and_ends("do_sys_poll", "poll_schedule", "do_poll")

    @unittest.skipUnless(IS_ROOT and os.path.exists("/usr/bin/bwrap"), "needs root and bwrap")
    def test_a_sandbox_that_never_answers(self):
        slow = self.start.root / "bwrap"
        slow.write_text("#!/bin/sh\nexec /bin/sleep 1000.25\n")
        slow.chmod(0o755)
        self.start.wrap = ["unshare", "-m"]
        self.start.shell = f"mount --bind {slow} /usr/bin/bwrap || exit 77"
        child = self.begin()
        # What it would write would land on a stage of the sandbox's own.
        until(lambda: "1000.25" in commands_running(), "the sandbox is tried", STARTING, 0.002)
        self.assert_ends(child, AT_ONCE, 0)


def commands_running():
    return subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


class WhileRunning(Stopping):
    def serve(self, **options):
        server = Server(**options)
        self.addCleanup(server.close)
        return server

    def busy(self, server, *commands):
        """A session in which these commands run by now."""
        client = server.client()
        session = client.new_session(
            agent_id="engineer", permission={"bash": "allow", "read": "allow"})["id"]
        client.say(session, script(*[bash(command) for command in commands]))
        until(lambda: client.turn(session)["state"] == "running", "the turn runs")
        return session

    def processes(self, needle):
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if needle.encode() in entry.read_bytes():
                    found.append(entry)
            except OSError:
                pass
        return found

    def test_idle(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            with self.subTest(number=number.name):
                server = self.serve()
                self.assert_ends(server.child, AT_ONCE, 0, number)
                self.assertEqual(server.tail(), "")

    def test_stopped_twice(self):
        server = self.serve()
        # Half a request is waited for while the host drains.
        link = socket.create_connection(("127.0.0.1", server.port))
        self.addCleanup(link.close)
        link.sendall(b"POST /sessions HTTP/1.1\r\nContent-Length: 9\r\n")
        self.busy(server, "sleep 1001")
        server.child.send_signal(signal.SIGTERM)
        until(lambda: self.refuses(server), "it drains")
        self.assert_ends(server.child, 1, 1, signal.SIGINT)
        self.assertRegex(server.tail(), r"\Akodad: told again to stop[^\n]*\n\Z")
        until(lambda: not self.processes("sleep\x001001"), "what it started is gone")

    @staticmethod
    def refuses(server):
        try:
            socket.create_connection(("127.0.0.1", server.port)).close()
        except ConnectionRefusedError:
            return True
        return False

    def test_a_provider_that_never_answers(self):
        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        port = silent.getsockname()[1]
        server = self.serve(config=(
            "version: 1\nproviders:\n  - id: slow\n    type: openai-chat\n    api_key: k\n"
            f"    base_url: http://127.0.0.1:{port}/v1\n    models: [{{id: m}}]\n"
            f"models_dev: {{url: 'http://127.0.0.1:{port}/api.json'}}\n"))
        client = server.client()
        session = client.new_session(model="slow/m")["id"]
        client.say(session, "hello")
        silent.settimeout(STARTING)
        asked, _ = silent.accept()
        self.addCleanup(asked.close)
        self.assert_ends(server.child, IN_ORDER, (0, 1))

    def test_a_tool_that_will_not_end(self):
        server = self.serve()
        self.busy(server, "trap '' TERM INT; sleep 1002")
        until(lambda: self.processes("sleep\x001002"), "the command runs")
        self.assert_ends(server.child, IN_ORDER, (0, 1))
        until(lambda: not self.processes("sleep\x001002"), "what it started is gone")

    def test_a_spawner_that_is_stopped(self):
        server = self.serve()
        self.busy(server, "sleep 1003")
        until(lambda: self.processes("sleep\x001003"), "the command runs")
        spawner = spawner_of(server.child)
        os.kill(spawner, signal.SIGSTOP)
        # One that answers no more may have been replaced by then.
        self.addCleanup(subprocess.run, ["kill", "-CONT", str(spawner)], stderr=subprocess.DEVNULL)
        self.assert_ends(server.child, IN_ORDER, (0, 1))

    def test_a_spawner_that_is_gone(self):
        server = self.serve()
        os.kill(spawner_of(server.child), signal.SIGKILL)
        self.assert_ends(server.child, IN_ORDER, (0, 1))

    @unittest.skipUnless(IS_ROOT, "needs to be root")
    def test_tools_on_a_dead_disk(self):
        server = self.serve()
        dead = server.workspace / "dead"
        dead.mkdir()
        disk = SilentDisk(dead)
        self.addCleanup(disk.close)
        client = server.client()
        for _ in range(12):
            session = client.new_session(agent_id="engineer")["id"]
            client.say(session, script({"tool": "read", "input": {"filePath": str(dead / "x")}}))
        until(lambda: waits_in(server.child, "request_wait", "fuse", "__fuse"), "a tool hangs")
        self.assert_ends(server.child, IN_ORDER, (0, 1))

    def test_streams_that_nobody_reads(self):
        server = self.serve()
        session = self.busy(server, "yes | head -c 3000000; sleep 1004")
        links = []
        for _ in range(50):
            link = socket.create_connection(("127.0.0.1", server.port))
            self.addCleanup(link.close)
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            link.sendall(f"GET /sessions/{session}/stream HTTP/1.1\r\n"
                         f"Host: 127.0.0.1:{server.port}\r\n\r\n".encode())
            links.append(link)
        until(lambda: links[-1].recv(16), "the streams are open")
        self.assert_ends(server.child, IN_ORDER, (0, 1))

    def test_clients_that_say_nothing(self):
        server = self.serve()
        for said in (b"", b"GET /health HT", b"POST /sessions HTTP/1.1\r\nContent-Length: 9\r\n"):
            for _ in range(100):
                link = socket.create_connection(("127.0.0.1", server.port))
                self.addCleanup(link.close)
                link.sendall(said)
        self.assert_ends(server.child, IN_ORDER, (0, 1))

    def test_requests_that_keep_coming(self):
        server = self.serve()
        over = threading.Event()

        def ask():
            while not over.is_set():
                try:
                    server.client().get("/models")
                except OSError:
                    return

        askers = [threading.Thread(target=ask) for _ in range(8)]
        for one in askers:
            one.start()
        self.assert_ends(server.child, IN_ORDER, (0, 1))
        over.set()
        for one in askers:
            one.join()

    def test_turns_that_go_on(self):
        server = self.serve()
        for _ in range(5):
            self.busy(server, "sleep 3")
        server.restart()
        self.assert_ends(server.child, IN_ORDER, (0, 1))

    def test_a_log_that_nobody_reads(self):
        server = self.serve(start=False)
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        child = subprocess.Popen(server.command(), stdout=subprocess.PIPE, stderr=writing,
                                 env=server.environment(), cwd=server.workspace)
        self.addCleanup(child.stdout.close)
        child.stdout.readline()
        os.set_blocking(writing, False)
        self.assertRaises(BlockingIOError, lambda: [os.write(writing, bytes(4096))
                                                    for _ in range(1000)])
        os.set_blocking(writing, True)
        os.close(writing)
        child.send_signal(signal.SIGHUP)
        self.assert_ends(child, IN_ORDER, 0)

    def test_other_signals_end_nothing(self):
        server = self.serve()
        told = [signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGVTALRM,
                signal.SIGPROF, signal.SIGIO, signal.SIGRTMIN, signal.SIGRTMAX]
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD, signal.SIGWINCH, *told):
            server.child.send_signal(number)
        until(lambda: server.tail().count("\n") == len(told), "all are told")
        lines = server.tail()
        for line in lines.splitlines():
            self.assertRegex(line, r"^kodad: \S+( \d+)? is ignored; SIGTERM stops kodad$")
        self.assertIn("kodad: SIGHUP is", lines)
        self.assertEqual(server.client().get("/health").status, 200)
        self.assert_ends(server.child, AT_ONCE, 0)

    def test_signals_that_were_blocked_or_ignored_by_the_parent(self):
        server = self.serve(start=False)
        words = ["bash", "-c", "trap '' TERM INT HUP QUIT CHLD; exec \"$@\"", "bash",
                 *server.command()]
        child = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=server.environment(),
            cwd=server.workspace, preexec_fn=lambda: signal.pthread_sigmask(
                signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}))
        self.addCleanup(child.stdout.close)
        child.stdout.readline()
        self.assert_ends(child, AT_ONCE, 0)

    @unittest.skipUnless(IS_ROOT, "needs to be root")
    def test_processor_time_that_is_used_up(self):
        server = self.serve()
        server.child.send_signal(signal.SIGXCPU)
        self.assertEqual(server.child.wait(IN_ORDER), 0)


class Standard(Stopping):
    """Closed standard files do no harm: no file of ours becomes one of them."""

    def test_closed_in_any_combination(self):
        for closed in ("0<&-", "1>&-", "2>&-", "0<&- 1>&-", "0<&- 2>&-", "1>&- 2>&-",
                       "0<&- 1>&- 2>&-"):
            with self.subTest(closed=closed):
                start = Start()
                self.addCleanup(start.close)
                start.shell = f"exec {closed}"
                start.environment["XDG_RUNTIME_DIR"] = str(start.root)
                child = subprocess.Popen(
                    start.words(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL, env=start.environment, cwd=start.cwd)
                url = start.root / "kodad" / "url"
                until(url.exists, "the address is told", STARTING)
                for number in range(3 if IS_ROOT else 0):
                    self.assertEqual(os.readlink(f"/proc/{child.pid}/fd/{number}"), "/dev/null")
                child.send_signal(signal.SIGHUP)  # A line for stderr.
                self.assert_ends(child, AT_ONCE, 0)
                self.assertFalse(url.exists())

    def test_a_stdout_that_takes_nothing(self):
        for shell in ("exec > /dev/full", "exec > >(true); sleep 0.2"):
            with self.subTest(shell=shell):
                start = Start()
                self.addCleanup(start.close)
                start.shell = shell
                child = subprocess.Popen(start.words(), stderr=subprocess.PIPE, cwd=start.cwd,
                                         env=start.environment)
                line = child.stderr.readline().decode()
                port = int(re.search(r"http://127\.0\.0\.1:(\d+)", line).group(1))
                socket.create_connection(("127.0.0.1", port)).close()
                self.assert_ends(child, AT_ONCE, 0)
                child.stderr.close()


class Addresses(Stopping):
    def test_a_host_removes_only_its_own_address(self):
        first, second = Server(), Server(start=False)
        self.addCleanup(first.close)
        self.addCleanup(second.close)
        second.environment = first.environment
        url = first.root / "run" / "kodad" / "url"
        self.assertEqual(url.read_text(), f"http://127.0.0.1:{first.port}\n")
        second.start()
        self.assertEqual(url.read_text(), f"http://127.0.0.1:{second.port}\n")
        first.terminate()
        self.assertEqual(url.read_text(), f"http://127.0.0.1:{second.port}\n")
        second.terminate()
        self.assertEqual(list(url.parent.iterdir()), [])


if __name__ == "__main__":
    main()
