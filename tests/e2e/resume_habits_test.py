"""What client libraries do when they come back, some of it by mistake, and what then must hold: no
event is lost, none comes twice, and a client is told where it cannot go on."""

import http.client
import socket
import threading
import unittest
from urllib.parse import quote

from harness import Client, bash, main, script, until, words
from same_port import SamePort
from sse import Stream, merged, replay, stream, text_of
from session_fixture import TurnTest, names

RUBBISH = ("abc", "-1", "+5", "1790000000-0", str(2 ** 64), str(2 ** 64 + 5), "1e3", "0x10", "1.5",
           "1 2", "٣", "null", "undefined", "NaN")


class Habits(TurnTest):
    def finished(self, *steps):
        self.client.run(self.session, script(*(steps or ({"text": words(40)},))))
        return replay(self.server, self.session)

    def test_a_cursor_of_another_kind_gets_a_reset(self):
        last = self.finished()[-1].id
        for rubbish in RUBBISH:
            places = [{"query": f"?after={quote(rubbish)}"}]
            if rubbish.isascii():
                places.append({"last_id": rubbish})
            for place in places:
                with self.subTest(place=place), self.open(**place) as source:
                    self.assertEqual(source.status, 200)
                    told = source.next()
                    self.assertEqual((told.name, told.data["last_event_id"]), ("reset", last))
                    self.assertTrue(told.data["reason"])

    def test_after_a_reset_the_stream_goes_on(self):
        self.finished()
        with self.open(last_id="1790000000-0") as source:
            self.assertEqual(source.next().name, "reset")
            self.client.say(self.session, script({"text": "onward"}))
            events = source.until("done")
        self.assertEqual(text_of(events), "onward")
        kept = replay(self.server, self.session)
        self.assertEqual(merged(events), merged([e for e in kept if e.id >= events[0].id]))

    def test_an_empty_cursor_in_the_header_is_none(self):
        self.finished()
        with self.open(last_id="") as source:
            self.client.say(self.session, script({"text": "next"}))
            self.assertEqual(text_of(source.until("done")), "next")

    def test_the_header_wins_over_the_address_the_stream_was_opened_with(self):
        # A library keeps the address, whatever it has seen since.
        events = self.finished({"text": words(40)}, bash("echo hi"), {"text": words(40)})
        cut = events[len(events) // 2]
        with self.open("?after=0", last_id=cut.id) as source:
            rest = source.until("done")
        self.assertTrue(all(event.id > cut.id for event in rest))
        self.assertEqual(merged(rest),
                         merged([event for event in events if event.id > cut.id]))

    def test_a_client_that_is_cut_before_anything_came_keeps_its_place(self):
        events = self.finished()
        cut = events[0].id
        for _ in range(5):
            self.open(last_id=cut).close()
        for _ in range(3):  # The same id again gives the same again.
            with self.open(last_id=cut) as source:
                self.assertEqual(merged(source.until("done")), merged(events[1:]))

    def test_an_old_cursor_gives_all_since_and_never_a_turn_twice(self):
        first = self.finished()
        second = self.finished()
        with self.open(last_id=first[0].id) as source:
            got = source.until(lambda event: event.name == "done" and event.data["turn"] == 2)
        self.assertEqual(merged(got), merged(second[1:]))
        self.assertEqual(names(got).count("done"), 2)

    def test_ids_grow_within_a_burst(self):
        events = self.finished(*[{"text": words(300, f"t{i}x")} for i in range(3)])
        ids = [event.id for event in events]
        self.assertEqual(ids, sorted(set(ids)))

    def test_two_connections_of_one_client_see_the_same(self):
        # After a restart some libraries connect twice.
        source = self.open()
        self.client.say(self.session, script({"text": words(50)}, {"delay_ms": 300},
                                             {"text": words(50)}))
        seen = source.until("delta")
        twins = [self.open(last_id=seen[-1].id) for _ in range(3)]
        rests = [merged(seen + twin.until("done")) for twin in twins]
        self.assertEqual(rests, [merged(seen + source.until("done"))] * 3)

    def test_a_library_that_posts_again_starts_no_second_turn(self):
        key = {"Idempotency-Key": "posted-twice"}
        body = {"content": script({"text": words(20)}, {"delay_ms": 300}, {"text": " end"})}
        path = self.path + "/messages"
        with Stream(self.server.port, path, method="POST", body=body, headers=key) as source:
            seen = source.until("delta")
        for _ in range(3):
            with Stream(self.server.port, path, method="POST", body=body, headers=key,
                        last_id=seen[-1].id) as source:
                rest = list(source)
            self.assertEqual(rest[-1].name, "done")
            self.assertEqual(text_of(seen + rest), words(20) + " end")
        self.assertEqual(len(self.client.messages(self.session)), 2)

    def test_a_new_message_has_its_whole_stream_whatever_was_seen_elsewhere(self):
        for last_id in (1000, "abc"):
            with Stream(self.server.port, self.path + "/messages", method="POST",
                        body={"content": script({"text": "mine"})}, last_id=last_id) as source:
                events = list(source)
            self.assertEqual((events[0].name, events[-1].name), ("turn_start", "done"))
            self.assertEqual(text_of(events), "mine")

    def test_a_question_that_waits_is_shown_again_and_moves_no_cursor(self):
        self.client.say(self.session, script(bash("rm -f x"), {"text": "after"}))
        asked = self.client.await_question(self.session)
        last = self.client.expect(200, "GET", self.path)["last_event_id"]
        for _ in range(3):
            with self.open(last_id=last) as source:
                shown = source.next()
                self.assertEqual((shown.id, shown.name, shown.data["question_id"]),
                                 (None, "user_question", asked["question_id"]))
        with self.open(last_id=last) as source:
            source.next()
            self.client.answer(self.session, asked["question_id"], "once")
            rest = source.until("done")
        self.assertEqual(rest[0].name, "question_answered")
        self.assertEqual(merged(rest),
                         merged([e for e in replay(self.server, self.session) if e.id > last]))


class AtAStart(unittest.TestCase):
    def test_a_session_is_there_as_soon_as_the_port_is(self):
        # A library that gets another answer than a stream gives up for good.
        server = SamePort()
        self.addCleanup(server.close)
        client = server.client()
        session = client.new_session()["id"]
        client.run(session, script({"text": words(20)}))
        statuses, over = [], threading.Event()

        def knock():
            while not over.is_set():
                try:
                    with stream(server, session, "?after=0&until=done") as source:
                        statuses.append((source.status, text_of(source)))
                except OSError:
                    over.wait(0.005)

        server.kill()
        thread = threading.Thread(target=knock, daemon=True)
        thread.start()
        try:
            server.start()
            until(lambda: statuses, "somebody is let in")
        finally:
            over.set()
            thread.join(60)
        self.assertEqual(set(statuses), {(200, words(20))})


class AtAStop(TurnTest):
    """A client that is caught by a stop hears of it soon, and when to come back."""

    def tearDown(self):
        self.server.start()
        super().tearDown()

    def test_half_a_request_gets_an_answer(self):
        head = (f"POST {self.path}/messages HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\n"
                "Content-Type: application/json\r\nX-Request-Id: mine-7\r\n")
        links = []
        for half in ("Content-Length: 100\r\n\r\n{\"content\": \"x", "Content-Length: 9\r\n\r\n",
                     "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"c", "Content-Le"):
            link = socket.create_connection(("127.0.0.1", self.server.port), timeout=60)
            self.addCleanup(link.close)
            link.sendall((head + half).encode())
            links.append(link)
        self.client.get("/health")  # By now they are being read.
        self.assertEqual(self.server.terminate(60), 0)
        for link in links:
            got = b"".join(iter(lambda: link.recv(65536), b""))
            self.assertTrue(got.startswith(b"HTTP/1.1 503 "), got)
            self.assertIn(b'"code":"draining"', got)
            self.assertRegex(got, rb"\r\nRetry-After: [1-9]\d*\r\n")
            self.assertRegex(got, rb"\r\nX-Request-Id: [A-Za-z0-9._-]+\r\n")

    def test_what_is_refused_while_it_stops_may_come_back(self):
        # A tool that will not end keeps the host busy with stopping.
        self.client.say(self.session, script(bash("trap '' TERM; echo go; sleep 5")))
        with self.open("?after=0") as source:
            source.until(lambda e: e.name == "tool_output" and "go" in e.data["chunk"])
        answers = []
        over = threading.Event()

        def ask():
            client = Client(self.server.port)
            while not over.is_set():
                try:
                    answers.append(client.post("/sessions", {"title": "late"}))
                    answers.append(client.get("/health"))
                except (OSError, http.client.HTTPException):
                    over.wait(0.01)
            client.close()

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        try:
            until(lambda: answers, "the first answers come")
            self.server.terminate(60)
        finally:
            over.set()
            thread.join(60)
        for reply in answers:
            self.assertIn(reply.status, (200, 201, 503), reply.body)
            if reply.status == 503:
                self.assertRegex(reply.headers.get("retry-after", ""), r"^[1-9]\d*$", reply)
                self.assertIn("x-request-id", reply.headers)


if __name__ == "__main__":
    main()
