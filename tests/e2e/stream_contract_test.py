"""Event streams, as the contract tells them, and the source document's own example."""

from harness import bash, main, script, until, words
from sse import Stream, merged, replay, stream, text_of
from session_fixture import TurnTest, names


class TheSourceDocument(TurnTest):
    def test_its_three_commands_work_as_written(self):
        made = self.client.expect(201, "POST", "/sessions", {"agent_id": "engineer"})
        turn = self.client.expect(202, "POST", f"/sessions/{made['id']}/messages",
                                  {"content": "Explain the main function"})
        for key in ("session_id", "operation_id", "turn", "message_id", "state", "active",
                    "cancel_requested", "after_event_id"):
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


class Streams(TurnTest):
    def test_the_head_and_the_first_lines(self):
        with self.open() as source:
            self.assertEqual(source.status, 200)
            self.assertTrue(source.headers["content-type"].startswith("text/event-stream"))
            until(lambda: source.frames.comments or not source.pull(), "the first comment")
            self.assertEqual(source.frames.comments[0], "ok")
            self.assertEqual(source.frames.retry, 1000)

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

    def test_a_rubbish_cursor_is_400(self):
        for query in ("after=x", "after=-1", "after=99999999999999999999999"):
            self.assert_error(self.client.get(self.path + "/stream?" + query), 400)

    def test_a_posted_message_can_answer_with_its_own_stream(self):
        self.client.run(self.session, script({"text": "before"}))
        with Stream(self.server.port, self.path + "/messages", method="POST",
                    body={"content": script({"text": "mine"})}) as source:
            self.assertEqual(source.status, 200)
            events = list(source)
        self.assertEqual((events[0].name, events[-1].name), ("turn_start", "done"))
        self.assertEqual(text_of(events), "mine")

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
