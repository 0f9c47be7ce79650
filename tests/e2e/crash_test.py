"""kodad is killed again and again under load, and keeps all its promises.

$KODAD_E2E_KILLS says how often (200), $KODAD_E2E_SEED with which course.
"""

import os
import random
import subprocess
import threading
import time
import unittest

from crash_load import Worker
from harness import TERMINAL, Server, main, until
from sse import ENDS, replay

KILLS = int(os.environ.get("KODAD_E2E_KILLS", "200"))
SEED = int(os.environ.get("KODAD_E2E_SEED", "1"))
WORKERS = 8


class Crashes(unittest.TestCase):
    def setUp(self):
        self.server = Server(start=False)
        self.addCleanup(self.server.close)
        (self.server.workspace / "markers").mkdir()
        self.choose = random.Random(SEED)
        self.workers = [Worker(number, self.server, SEED) for number in range(WORKERS)]

    def test_no_promise_is_broken_by_any_number_of_crashes(self):
        for number in range(KILLS):
            self.live_a_while()
            self.report(f"after crash {number}")
            if self.choose.random() < 0.1:
                self.die_while_starting()
        self.server.start()
        self.each_worker(Worker.check)
        self.end_all_turns()
        for worker in self.workers:
            for book in worker.books:
                self.check_events(worker, book)
                self.check_messages(worker, book)
        self.report("at the end")
        done = sum(worker.acknowledged for worker in self.workers)
        turns = sum(len(book.said) for worker in self.workers for book in worker.books)
        print(f"{KILLS} crashes, {done} acknowledged writes, {turns} messages", flush=True)
        self.assertGreater(done, KILLS)

    def report(self, when):
        problems = [problem for worker in self.workers for problem in worker.problems]
        self.assertEqual(problems, [], when)

    def live_a_while(self):
        """Start, check what the last crash left, work, die."""
        self.server.start()
        self.each_worker(Worker.check)
        stopped = threading.Event()
        threads = [threading.Thread(target=worker.work, args=(stopped,))
                   for worker in self.workers]
        for thread in threads:
            thread.start()
        # The moment of death is what is random here, nothing is waited for.
        stopped.wait(self.choose.uniform(0.02, 0.25))
        self.server.kill()
        stopped.set()
        for thread in threads:
            thread.join()

    def die_while_starting(self):
        with open(self.server.log, "ab") as log:
            child = subprocess.Popen(self.server.command(), stdin=subprocess.DEVNULL,
                                     stdout=subprocess.DEVNULL, stderr=log,
                                     env=self.server.environment(), cwd=self.server.workspace)
        # It dies at a random moment of its start; nothing is waited for.
        threading.Event().wait(self.choose.uniform(0, 0.1))
        child.kill()
        child.wait()

    def each_worker(self, action):
        failures = []
        def run(worker):
            try:
                action(worker)
            except Exception as failure:  # Told by the assertion below.
                failures.append(f"worker {worker.number}: {failure!r}")
        threads = [threading.Thread(target=run, args=(worker,)) for worker in self.workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [], self.server.tail() if failures else "")
        self.assertIsNone(self.server.child.poll(), self.server.tail())

    def end_all_turns(self):
        client = self.server.client()
        waiting = [book.id for worker in self.workers for book in worker.books if book.said]
        def all_ended():
            nonlocal waiting
            waiting = [session for session in waiting if not self.has_ended(client, session)]
            return not waiting
        until(all_ended, "every interrupted turn ends", deadline=120)
        for worker in self.workers:
            for book in worker.books:
                book.waiting.clear()  # All answered just now.

    @staticmethod
    def has_ended(client, session):
        reply = client.get(f"/sessions/{session}/turn")
        if reply.status == 404:
            return True  # No message of it was ever accepted.
        for question in client.questions(session):
            permission = question["purpose"] == "permission"
            client.answer(session, question["question_id"], "once" if permission else "a")
        return reply.json["state"] in TERMINAL

    def check_events(self, worker, book):
        open_turn = None
        open_calls = set()
        ended = set()
        for event in replay(self.server, book.id):
            worker.note(book, event)
            where = f"{book.id} event {event.id} {event.name}"
            if event.name == "turn_start":
                if open_turn is not None:
                    worker.complain(f"{where}: the turn before has no end")
                open_turn = event.data["turn"]
            elif open_turn is None and event.name not in ("title_updated", "session_updated"):
                worker.complain(f"{where}: outside of a turn")
            if event.name == "tool_start":
                call = event.data["call_id"]
                if call in open_calls | ended:
                    worker.complain(f"{where}: {call} started twice")
                open_calls.add(call)
            elif event.name == "tool_end":
                call = event.data["call_id"]
                if call in ended:
                    worker.complain(f"{where}: {call} ended twice")
                open_calls.discard(call)
                ended.add(call)
            elif event.name in ENDS:
                if open_calls:
                    worker.complain(f"{where}: calls without an end: {open_calls}")
                open_turn, open_calls, ended = None, set(), set()
        if open_turn is not None:
            worker.complain(f"{book.id}: turn {open_turn} has no terminal event")

    def check_messages(self, worker, book):
        worker.client = self.server.client()
        worker.check_session(book)
        asked_by = None
        for message in worker.client.messages(book.id):
            if message["role"] == "user":
                asked_by = message["content"].split("\n")[0]
                continue
            parts = [part for part in message["parts"] if part["type"] == "tool"]
            for part in parts:
                if part["status"] not in ("completed", "error"):
                    worker.complain(f"{book.id}: tool part without a result: {part}")
            marking = [part for part in parts if asked_by in part["input"]
                       and part["tool"] in ("bash", "write")]
            self.check_marker(worker, book, asked_by, marking)
        worker.client.close()

    def check_marker(self, worker, book, token, parts):
        """The side effect happened once if it is said to have, and never twice in silence."""
        path = self.server.workspace / "markers" / token
        times = path.read_text().count("x") if path.exists() else 0
        succeeded = sum(part["status"] == "completed" for part in parts)
        interrupted = any("interrupted" in (part.get("error") or "") for part in parts)
        if succeeded and times == 0:
            worker.complain(f"{book.id}: {token} is said to be done and is not: {parts}")
        if times > 1 and not interrupted:
            worker.complain(f"{book.id}: {token} was done {times} times in silence: {parts}")
        if times and not parts:
            worker.complain(f"{book.id}: {token} was done and is not told of")


if __name__ == "__main__":
    main()
