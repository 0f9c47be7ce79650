"""Bad neighbours: slow, idle and deaf clients do not disturb the others; the process starts and
stops as promised."""

import resource
import signal
import socket
import statistics
import subprocess
import threading
import time
import unittest

from harness import Server, ServerTest, bash, main, script, until, words
from sse import follow, replay, stream, text_of

IDLE_CONNECTIONS = 10000
# Far above what is measured, far below what anyone would wait: the machine may be busy.
MEDIAN_BOUND = 0.25
WORST_BOUND = 5.0


def raise_files():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Neighbours(ServerTest):
    def assert_quick(self):
        """Another client's life goes on: reads, writes and whole turns, right and in time."""
        client = self.server.client()
        times = []
        for number in range(60):
            begin = time.monotonic()
            self.assertEqual(client.get("/health").status, 200)
            session = client.new_session(title=f"quick {number}")
            self.assertEqual(client.get(f"/sessions/{session['id']}").json, session)
            times.append(time.monotonic() - begin)
        session = client.new_session()["id"]
        begin = time.monotonic()
        client.run(session, script({"text": words(100)}))
        self.assertLess(time.monotonic() - begin, WORST_BOUND)
        self.assertEqual(client.messages(session)[-1]["content"], words(100))
        self.assertEqual(text_of(replay(self.server, session)), words(100))
        client.close()
        self.assertLess(statistics.median(times), MEDIAN_BOUND * 3)
        self.assertLess(max(times), WORST_BOUND)

    def connect(self):
        link = socket.create_connection(("127.0.0.1", self.server.port), timeout=30)
        self.addCleanup(link.close)
        return link

    def test_dripping_clients_disturb_nobody(self):
        stopped = threading.Event()
        head = (f"POST /sessions HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\n"
                "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n").encode()
        links = [self.connect() for _ in range(50)]
        for link in links[25:]:
            link.sendall(head)  # These drip their body.
        drip = threading.Thread(target=self.drip, args=(links, head, stopped))
        drip.start()
        try:
            self.assert_quick()
            closed = until(lambda: self.find_closed(links[:25]), "a dripped head is refused", 40)
            self.assertTrue(closed)
        finally:
            stopped.set()
            drip.join()

    @staticmethod
    def drip(links, head, stopped):
        for at in range(100000):
            if stopped.wait(0.3):
                return
            for number, link in enumerate(links):
                try:
                    link.send(head[at % len(head):at % len(head) + 1] if number < 25 else b" ")
                except OSError:
                    pass

    @staticmethod
    def find_closed(links):
        for link in links:
            link.setblocking(False)
            try:
                return link.recv(100) or b"closed"
            except BlockingIOError:
                pass
            except OSError:
                return b"reset"
        return None

    def test_thousands_of_idle_connections_disturb_nobody(self):
        count = min(IDLE_CONNECTIONS, raise_files() - 500)
        links = [self.connect() for _ in range(count)]
        self.assert_quick()
        # Some of them wake up and are served.
        for link in links[::max(1, count // 100)]:
            link.sendall(f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\n\r\n"
                         .encode())
            self.assertTrue(link.recv(1000).startswith(b"HTTP/1.1 200"))

    def test_a_reader_that_never_reads_disturbs_nobody(self):
        session = self.client.new_session()["id"]
        with stream(self.server, session, receive_buffer=4096):
            text = words(60, "x" * 100) + " "
            steps = [{"text": text}] * 500  # 3 MB, past every buffer.
            self.client.say(session, script(*steps, chunk_tokens=20))
            events = follow(self.server, session)  # A burst like this may cut off any reader.
            self.assertEqual(events[-1].name, "done")
            self.assertEqual(len(text_of(events)), len(text) * 500)
            self.assert_quick()

    def test_a_deaf_reader_is_cut_off_and_can_resume(self):
        session = self.client.new_session()["id"]
        with stream(self.server, session, receive_buffer=4096) as deaf:
            self.run_noisy_turn(session)
            seen = list(deaf)  # Ends, for it was cut off.
        self.assertNotIn("done", [event.name for event in seen])
        cursor = seen[-1].id if seen else 0
        rest = replay(self.server, session, cursor)
        self.assertEqual(rest[-1].name, "done")
        starts = sum(event.name == "tool_start" for event in seen + rest)
        self.assertEqual(starts, 120)

    def run_noisy_turn(self, session):
        """Many events that cannot be merged: about 4 MB of tool results."""
        read = {"tool": "read", "input": {"filePath": "noise.txt"}}
        line = "y" * 99 + "\n"
        (self.server.workspace / "noise.txt").write_text(line * 350)
        self.client.say(session, script(*[read] * 120))
        self.assertEqual(self.client.finish(session)["state"], "succeeded")

    def test_cancel_and_health_work_while_all_is_busy(self):
        sessions = [self.client.new_session()["id"] for _ in range(60)]
        for session in sessions:
            self.client.say(session, script({"rate_tokens_per_s": 500}, {"text": words(20000)}))
        begin = time.monotonic()
        self.assertEqual(self.client.get("/health").status, 200)
        for session in sessions:
            self.client.expect(202, "POST", f"/sessions/{session}/cancel")
        for session in sessions:
            self.assertEqual(self.client.finish(session)["state"], "cancelled")
        self.assertLess(time.monotonic() - begin, 30)


class TheEnd(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.client = self.server.client()

    def test_sigterm_ends_well_with_a_turn_and_a_stream(self):
        session = self.client.new_session()["id"]
        self.client.say(session, script({"text": "begun"}, {"delay_ms": 60000}, {"text": " over"}))
        source = stream(self.server, session)
        source.until("delta")
        begin = time.monotonic()
        self.assertEqual(self.server.terminate(), 0, self.server.tail())
        self.assertLess(time.monotonic() - begin, 15)
        list(source)  # Ends without a reset of the connection.
        source.close()
        self.server.start()
        client = self.server.client()
        turn = client.turn(session)
        self.assertTrue(turn["active"], turn)
        client.expect(202, "POST", f"/sessions/{session}/cancel")
        self.assertEqual(client.finish(session)["state"], "cancelled")

    def test_sigterm_ends_the_processes_of_tools(self):
        session = self.client.new_session()["id"]
        marker = self.server.workspace / "outlived"
        self.client.say(session, script(bash(f"echo go; sleep 5; touch {marker.name}")))
        with stream(self.server, session) as source:
            source.until("tool_output")
        self.assertEqual(self.server.terminate(), 0)
        self.server.start()
        client = self.server.client()
        self.assertEqual(client.finish(session)["state"], "succeeded")
        part = client.messages(session)[-1]["parts"][0]
        self.assertEqual(part["status"], "error")
        self.assertIn("interrupted", part["error"])
        client.run(client.new_session()["id"], script(bash("sleep 5")))
        self.assertFalse(marker.exists(), "a tool's process outlived the server")

    def test_sigterm_when_idle_is_quick(self):
        begin = time.monotonic()
        self.assertEqual(self.server.terminate(), 0)
        self.assertLess(time.monotonic() - begin, 8)

    def test_sigint_ends_well_too(self):
        self.server.child.send_signal(signal.SIGINT)
        self.assertEqual(self.server.child.wait(15), 0)

    def test_a_crash_ends_the_processes_of_tools(self):
        session = self.client.new_session()["id"]
        marker = self.server.workspace / "outlived"
        self.client.say(session, script(bash(f"echo go; sleep 4; touch {marker.name}")))
        with stream(self.server, session) as source:
            source.until("tool_output")
        self.server.restart()
        client = self.server.client()
        client.finish(session)
        client.run(client.new_session()["id"], script(bash("sleep 5")))
        self.assertFalse(marker.exists(), "a tool's process outlived the crash")


class TheStart(unittest.TestCase):
    def setUp(self):
        self.server = Server(start=False)
        self.addCleanup(self.server.close)

    def refuse(self, *args, said):
        command = self.server.command() + list(args)
        ended = subprocess.run(command, env=self.server.environment(), capture_output=True,
                               timeout=30, cwd=self.server.workspace)
        told = ended.stderr.decode()
        self.assertEqual(ended.returncode, 2, told)
        self.assertIn(said, told)
        self.assertLess(len(told.splitlines()), 10, told)
        self.assertNotIn(b"http://", ended.stdout)
        return told

    def test_a_second_server_on_the_same_state_is_refused(self):
        self.server.start()
        self.refuse(said=str(self.server.state))
        self.assertEqual(self.server.client().get("/health").status, 200)

    def test_the_world_is_refused_without_a_token(self):
        self.refuse("--host", "0.0.0.0", said="token")

    def test_bad_arguments_are_refused(self):
        self.refuse("--no-such-option", said="--no-such-option")
        self.refuse("--port", "70000", said="port")
        self.refuse("--port", "many", said="port")

    def test_bad_configurations_are_refused(self):
        for text in ("version: [", "providers: yes\n", "server:\n  port: many\n", "- a\n- b\n"):
            with self.subTest(text=text):
                self.server.config.write_text(text)
                self.refuse(said=str(self.server.config))
        self.server.config.unlink()
        self.refuse(said=str(self.server.config))

    def test_a_missing_workspace_is_refused(self):
        self.refuse("--workspace", str(self.server.root / "nowhere"), said="nowhere")

    def test_an_unknown_key_is_a_warning_with_the_nearest_known(self):
        self.server.config.write_text("version: 1\ndefault_agnet: engineer\n")
        self.server.start()
        self.assertIn("default_agent", self.server.tail())

    def test_a_damaged_database_is_refused_and_kept(self):
        self.server.start()
        self.server.kill()
        files = [path for path in self.server.state.rglob("data.mdb")]
        self.assertTrue(files)
        damaged = b"this is no database" * 1000
        files[0].write_bytes(damaged)
        command = self.server.command()
        ended = subprocess.run(command, env=self.server.environment(), capture_output=True,
                               timeout=30)
        self.assertNotEqual(ended.returncode, 0)
        self.assertGreater(ended.returncode, 0, "killed by a signal")
        self.assertTrue(ended.stderr)
        self.assertEqual(files[0].read_bytes(), damaged)

    def test_tokens_guard_every_route(self):
        self.server.config.write_text("version: 1\nserver:\n  tokens: [open-sesame-123456]\n")
        self.server.start()
        client = self.server.client()
        for path in ("/sessions", "/config", "/settings", "/agents", "/metrics"):
            reply = client.get(path)
            self.assertEqual((reply.status, reply.json["code"]), (401, "unauthorized"), path)
        for path in ("/health", "/ready"):  # Whoever watches the host has no token.
            self.assertEqual(client.get(path).status, 200, path)
            self.assertEqual(client.get(path, {"Host": "evil.example"}).status, 421, path)
            self.assertIn(client.json("POST", path, {}).status, (401, 405), path)
        wrong = client.get("/sessions", {"Authorization": "Bearer open-sesame-123457"})
        self.assertEqual(wrong.status, 401)
        right = client.get("/sessions", {"Authorization": "Bearer open-sesame-123456"})
        self.assertEqual(right.status, 200)


if __name__ == "__main__":
    main()
