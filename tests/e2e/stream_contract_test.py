"""Event streams, as the contract tells them, and the source document's own example."""

import socket
import time

from harness import bash, main, script, until, words
from sse import Stream, merged, replay, stream, text_of
from session_fixture import TurnTest, names


class TheSourceDocument(TurnTest):
    def test_its_three_commands_work_as_written(self):
        made = self.client.expect(201, "POST", "/sessions", {"agent_id": "engineer"})
        turn = self.client.expect(202, "POST", f"/sessions/{made['id']}/messages",
                                  {"content": "Explain the main function"})
        for key in ("session_id", "operation_id", "turn", "message_id", "user_message_id", "state",
                    "active", "cancel_requested", "after_event_id"):
            self.assertIn(key, turn)
        with stream(self.server, made["id"]) as source:
            events = source.until("done")
        self.assertEqual(events[0].name, "turn_start")
        self.assertIn("tool_start", names(events))
        self.assertTrue(text_of(events).strip())
        done = events[-1].data
        self.assertIn("session_cost", done)
        self.assertEqual(done["operation_id"], turn["operation_id"])
        reply = self.client.messages(made["id"])[-1]
        self.assertEqual((reply["role"], reply["turn"]), ("assistant", turn["turn"]))
        said = self.client.messages(made["id"])[0]
        self.assertEqual((said["role"], said["id"]), ("user", turn["user_message_id"]))


class Streams(TurnTest):
    def test_the_head_and_the_first_lines(self):
        with self.open() as source:
            self.assertEqual(source.status, 200)
            self.assertTrue(source.headers["content-type"].startswith("text/event-stream"))
            until(lambda: source.frames.comments or not source.pull(), "the first comment")
            self.assertEqual(source.frames.comments[0], "ok")
            self.assertEqual(source.frames.retry, 1000)
            self.assertEqual(source.headers["transfer-encoding"], "chunked")

    def test_a_stream_for_http_1_0_has_no_chunks(self):
        self.client.run(self.session, script({"text": "plain"}))
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as link:
            link.sendall(f"GET {self.path}/stream?after=0&until=done HTTP/1.0\r\n"
                         f"Host: 127.0.0.1:{self.server.port}\r\n\r\n".encode())
            head, _, body = b"".join(iter(lambda: link.recv(65536), b"")).partition(b"\r\n\r\n")
        self.assertNotIn(b"chunked", head)
        self.assertTrue(body.startswith(b"retry: 1000\n\n: ok\n\nid: "), body[:100])
        self.assertIn(b'data: {"type":"done","turn":1,', body)

    def test_only_the_true_end_of_a_stream_has_the_last_chunk(self):
        self.client.say(self.session, script({"text": "the end"}))
        with self.open("?until=done") as source:
            self.assertEqual(names(source)[-1], "done")
            self.assertTrue(source.ended_on_purpose())
        with self.open("?after=0&until=done") as source:
            self.assertEqual(names(source)[-1], "done")
            self.assertTrue(source.ended_on_purpose())
        source = self.open()
        stopped = self.open()
        other = self.client.new_session()["id"]
        with stream(self.server, other) as deleted:
            self.client.json("DELETE", f"/sessions/{other}")
            self.assertEqual(names(deleted)[-1], "session_deleted")
            self.assertTrue(deleted.ended_on_purpose())
        self.server.terminate()
        for cut in (source, stopped):
            self.assertEqual(names(cut), [])
            self.assertFalse(cut.ended_on_purpose())
        self.server.start()
        self.client = self.server.client()

    def test_a_turn_is_its_start_its_events_and_one_end(self):
        events = self.run_script({"reasoning": "Let me think."}, {"text": "Now "},
                                 bash("echo hi"), {"text": "done."})
        kinds = names(events)
        self.assertEqual(kinds[0], "turn_start")
        self.assertEqual(kinds[-1], "done")
        self.assertEqual(kinds.count("done") + kinds.count("error"), 1)
        ids = [event.id for event in events]
        self.assertEqual(ids, sorted(set(ids)))
        self.assertLess(kinds.index("reasoning_delta"), kinds.index("reasoning_done"))
        self.assertLess(kinds.index("reasoning_done"), kinds.index("delta"))
        self.assertLess(kinds.index("tool_input_delta"), kinds.index("tool_start"))
        self.assertEqual(text_of(events), "Now done.")
        start, = (e.data for e in events if e.name == "tool_start")
        end, = (e.data for e in events if e.name == "tool_end")
        self.assertEqual(start["call_id"], end["call_id"])
        self.assertIsInstance(start["input"], str)
        self.assertIn("hi", end["output"])
        self.assertIsInstance(end["duration_ms"], int)
        written = "".join(e.data["delta"] for e in events if e.name == "tool_input_delta")
        self.assertEqual(written, start["input"])
        done = events[-1].data
        for key in ("turn", "operation_id", "message_id", "finish_reason", "usage",
                    "context_size", "session_cost", "turn_cost", "duration_ms"):
            self.assertIn(key, done)

    def test_without_a_cursor_the_uncarried_last_turn_is_replayed_once(self):
        self.client.run(self.session, script({"text": "early"}))
        self.client.run(self.session, script({"text": "late"}))
        with self.open() as source:
            events = source.until("done")
        self.assertEqual((events[0].name, text_of(events)), ("turn_start", "late"))
        with self.open() as source:
            self.client.say(self.session, script({"text": "later still"}))
            events = source.until("done")
        self.assertEqual(text_of(events), "later still")

    def test_after_zero_replays_everything(self):
        for text in ("one", "two"):
            self.client.run(self.session, script({"text": text}))
        self.assertEqual(text_of(replay(self.server, self.session)), "onetwo")

    def test_until_done_ends_the_stream(self):
        self.client.say(self.session, script({"text": "the end"}))
        with self.open("?until=done") as source:
            events = list(source)
        self.assertEqual(events[-1].name, "done")
        self.assertEqual(text_of(events), "the end")

    def assert_ends_at_once(self, expected, query, **options):
        begin = time.monotonic()
        with self.open(query, **options) as source:
            self.assertEqual(source.status, 200)
            events = list(source)
        self.assertLess(time.monotonic() - begin, 5, "the stream stayed open")
        self.assertEqual(merged(events), merged(expected))

    def test_until_done_ends_at_once_when_no_turn_runs(self):
        self.assert_ends_at_once([], "?until=done")
        self.assert_ends_at_once([], "?until=done&after=0")
        self.client.run(self.session, script({"text": "first"}))
        self.client.run(self.session, script({"text": "second"}))
        events = replay(self.server, self.session)  # Somebody has seen the end.
        self.assert_ends_at_once([], "?until=done")
        self.assert_ends_at_once(events, "?until=done&after=0")
        cut = len(events) // 2
        self.assert_ends_at_once(events[cut + 1:], "?until=done", last_id=events[cut].id)
        self.assert_ends_at_once([], "?until=done", last_id=events[-1].id)
        self.server.restart()
        self.client = self.server.client()
        self.assert_ends_at_once(events, "?until=done&after=0")
        self.assert_ends_at_once([], "?until=done")

    def test_until_done_without_a_cursor_brings_an_uncarried_end(self):
        self.client.run(self.session, script({"text": "unseen"}))
        with self.open("?until=done") as source:
            events = list(source)
        self.assertEqual((text_of(events), events[-1].name), ("unseen", "done"))
        self.assert_ends_at_once([], "?until=done")

    def test_until_done_never_misses_a_turn_that_was_accepted(self):
        for number in range(30):
            self.client.say(self.session, script({"text": f"turn {number}"}))
            with self.open("?until=done") as source:
                events = list(source)
            self.assertEqual(events[-1].name, "done", names(events))
            self.assertEqual(text_of(events), f"turn {number}")
            until(lambda: not self.client.turn(self.session)["active"], "the turn is over")

    def test_until_done_waits_for_turns_in_the_queue(self):
        self.client.say(self.session, script({"text": "first"}, {"delay_ms": 300}))
        self.client.say(self.session, script({"text": "second"}), when_busy="queue")
        with self.open("?until=done") as source:
            first = list(source)
        with self.open("?until=done", last_id=first[-1].id) as source:
            second = list(source)
        self.assertEqual((text_of(first), text_of(second)), ("first", "second"))

    def test_until_done_does_not_take_a_withdrawn_turn_for_the_end(self):
        self.client.say(self.session, script(bash("rm -f x"), {"text": "first"}))
        asked = self.client.await_question(self.session)
        queued = self.client.say(self.session, script({"text": "second"}), when_busy="queue")
        with self.open("?until=done&after=0") as source:
            self.client.expect(202, "POST", f"/sessions/{self.session}/cancel",
                               {"operation_id": queued["operation_id"]})
            seen = source.until("error")
            self.assertEqual(seen[-1].data["turn"], queued["turn"])
            self.assertTrue(seen[-1].data["session_active"])
            self.client.answer(self.session, asked["question_id"], "once")
            rest = list(source)
        self.assertEqual(rest[-1].name, "done")
        self.assertEqual(text_of(rest), "first")
        # From the log it is the same.
        with self.open("?until=done&after=0") as source:
            self.assertEqual(merged(list(source)), merged(seen + rest))

    def test_a_resume_continues_right_after_the_cursor(self):
        events = self.run_script({"text": words(50)}, bash("echo hi"), {"text": words(50)})
        for cut in range(0, len(events), 7):
            with self.open(last_id=events[cut].id) as source:
                rest = source.until("done") if cut < len(events) - 1 else []
            self.assertEqual(merged(events[:cut + 1] + rest), merged(events))
            self.assertTrue(all(event.id > events[cut].id for event in rest))

    def test_the_cursor_may_be_in_the_query(self):
        events = self.run_script({"text": "one two three"})
        with self.open(f"?after={events[0].id}") as source:
            self.assertEqual(merged(source.until("done")), merged(events[1:]))

    def test_a_cursor_ahead_of_the_session_gets_a_reset(self):
        last = self.run_script({"text": "short"})[-1].id
        with self.open(last_id=last + 1000) as source:
            told = source.next()
            self.assertEqual(told.name, "reset")
            self.assertEqual(told.data["last_event_id"], last)
            self.assertTrue(told.data["reason"])
            self.client.say(self.session, script({"text": "onward"}))
            self.assertEqual(text_of(source.until("done")), "onward")

    def test_a_rubbish_cursor_gets_a_reset(self):
        last = self.run_script({"text": "short"})[-1].id
        for rubbish in ("x", "-1", "99999999999999999999999", "1.5", "0x1", "1 2"):
            for place in ({"query": f"?after={rubbish.replace(' ', '%20')}"},
                          {"last_id": rubbish}):
                with self.subTest(place=place), self.open(**place) as source:
                    told = source.next()
                    self.assertEqual((told.name, told.data["last_event_id"]), ("reset", last))

    def test_a_posted_message_can_answer_with_its_own_stream(self):
        self.client.run(self.session, script({"text": "before"}))
        with Stream(self.server.port, self.path + "/messages", method="POST",
                    body={"content": script({"text": "mine"})}) as source:
            self.assertEqual(source.status, 200)
            events = list(source)
        self.assertEqual((events[0].name, events[-1].name), ("turn_start", "done"))
        self.assertEqual(text_of(events), "mine")

    def post_once(self, key, content, **options):
        return Stream(self.server.port, self.path + "/messages", method="POST",
                      body={"content": content}, headers={"Idempotency-Key": key}, **options)

    def test_a_repeated_message_resumes_its_own_stream(self):
        content = script({"text": words(30)}, {"delay_ms": 1000}, {"text": " and the rest"})
        with self.post_once("again-1", content) as source:
            seen = source.until("delta")
        with self.post_once("again-1", content, last_id=seen[-1].id) as source:
            rest = list(source)
        self.assertTrue(all(event.id > seen[-1].id for event in rest))
        self.assertEqual(rest[-1].name, "done")
        self.assertEqual(text_of(seen + rest), words(30) + " and the rest")
        self.client.run(self.session, script({"text": "another turn"}))
        # The turn is over: what lacks is sent, and then the stream ends, whatever else runs.
        self.client.say(self.session, script({"delay_ms": 60000}))
        for cut in range(0, len(seen + rest), 3):
            with self.post_once("again-1", content, last_id=(seen + rest)[cut].id) as source:
                self.assertEqual(merged(list(source)), merged((seen + rest)[cut + 1:]))
        with self.post_once("again-1", content, last_id=rest[-1].id) as source:
            self.assertEqual(list(source), [])
        with self.post_once("again-1", content) as source:
            self.assertEqual(merged(list(source)), merged(seen + rest))

    def test_accept_decides_between_a_stream_and_json(self):
        for accept, is_stream in (("text/event-stream;q=0", False), ("TEXT/EVENT-STREAM", True),
                                  ("application/json, text/event-stream;q=0.5", True),
                                  ("text/event-streams", False), ("*/*", False)):
            reply = self.client.post(self.path + "/messages", {"content": script({"text": "a"})},
                                     {"Accept": accept})
            kind = "text/event-stream" if is_stream else "application/json"
            self.assertEqual(reply.headers["content-type"], kind, accept)
            until(lambda: not self.client.turn(self.session)["active"], "the turn is over")

    def test_the_head_of_a_stream_has_no_length(self):
        reply = self.client.send("HEAD", self.path + "/stream")
        self.assertEqual((reply.status, reply.headers["content-type"]),
                         (200, "text/event-stream"))
        self.assertNotIn("content-length", reply.headers)
        self.assertEqual(self.client.get("/health").status, 200)

    def test_two_streams_see_the_same(self):
        one, two = self.open(), self.open()
        self.client.say(self.session, script({"text": words(200)}, bash("echo hi")))
        self.assertEqual(merged(one.until("done")), merged(two.until("done")))

    def test_a_deleted_session_ends_its_streams(self):
        source = self.open()
        self.assertEqual(self.client.json("DELETE", self.path).status, 204)
        self.assertEqual(names(source)[-1], "session_deleted")
        self.assert_error(self.client.get(self.path + "/stream"), 404, "session_not_found")

    def test_a_failed_attempt_shows_and_its_text_is_void(self):
        events = self.run_script({"text": "wrong "}, {"cut": True, "times": 1},
                                 {"text": "right"})
        self.assertEqual(names(events).count("retry"), 1)
        retry = next(event.data for event in events if event.name == "retry")
        self.assertEqual(retry["attempt"], 1)
        self.assertIn("void_after", retry)
        self.assertEqual(events[-1].name, "done")
        self.assertEqual(text_of(events), self.client.messages(self.session)[-1]["content"])

    def test_an_error_that_does_not_pass_ends_the_turn(self):
        events = self.run_script({"error": {"status": 401, "message": "no key"}})
        self.assertEqual((events[-1].name, events[-1].data["code"]), ("error", "provider_auth"))
        self.assertFalse(events[-1].data["retryable"])
        self.assertEqual(self.client.turn(self.session)["state"], "failed")



class Retention(TurnTest):
    config = "version: 1\nserver:\n  event_retention_turns: 2\n"

    def test_a_cursor_older_than_what_is_kept_gets_a_reset(self):
        for number in range(5):  # Each of them larger than what memory holds of the past.
            self.client.run(self.session, script({"text": words(20000)}, {"text": f" {number}"},
                                                 chunk_tokens=100))
        # A start forgets what memory still held beyond the bound.
        self.server.restart()
        self.client = self.server.client()
        last = self.client.expect(200, "GET", self.path)["last_event_id"]
        with self.open(last_id=1) as source:
            told = source.next()
            self.assertEqual(told.name, "reset")
            # After a kill numbers may be skipped.
            self.assertGreaterEqual(told.data["last_event_id"], last)
            self.client.say(self.session, script({"text": "onward"}))
            self.assertEqual(text_of(source.until("done")), "onward")
        with self.open("?after=0") as source:
            events = source.until(lambda event: event.name == "done" and event.data["turn"] == 6)
        self.assertTrue(text_of(events).endswith(" 4onward"), text_of(events)[-50:])


if __name__ == "__main__":
    main()
