"""kodad against an OpenAI-compatible provider that behaves, misbehaves and breaks."""

import json
import socket
import unittest

import fake_openai as fake
from harness import Server, bash, main, until
from sse import replay, stream, text_of

WRITE = {"filePath": "made.txt", "content": "made by a tool\n"}


class ProviderTest(unittest.TestCase):
    session_config = {"max_retries": 3}

    def setUp(self):
        self.provider = fake.FakeOpenAI(fake.say("Hello"))
        self.addCleanup(self.provider.close)
        self.server = Server(self.provider.config(**self.session_config))
        self.addCleanup(self.server.close)
        self.client = self.server.client()
        self.model = f"fake/{fake.MODEL}"
        self.session = self.client.new_session(agent_id="engineer", model_id=self.model,
                                               title="Titled")["id"]

    def tearDown(self):
        for request in self.provider.requests:
            self.assertIsNone(fake.check_conversation(request["messages"]), request["messages"])

    def play(self, *plan, content="Go on"):
        """The events of a turn during which the provider answers so."""
        self.provider.then(*plan)
        cursor = self.client.expect(200, "GET", f"/sessions/{self.session}")["last_event_id"]
        self.client.run(self.session, content)
        return replay(self.server, self.session, cursor)

    def assert_end(self, events, code=None):
        end = events[-1]
        if code is None:
            self.assertEqual(end.name, "done", end)
        else:
            self.assertEqual((end.name, end.data.get("code")), ("error", code))
        return end.data

    def retries(self, events):
        return [event.data for event in events if event.name == "retry"]

    def part(self, number=0):
        parts = self.client.messages(self.session)[-1]["parts"]
        return [part for part in parts if part["type"] == "tool"][number]


class Answers(ProviderTest):
    def test_text_streams_through(self):
        events = self.play(fake.say("Hel", "lo ", "wörld \U0001f600"), content="Greet")
        done = self.assert_end(events)
        self.assertEqual(text_of(events), "Hello wörld \U0001f600")
        self.assertEqual(done["finish_reason"], "stop")
        self.assertEqual((done["usage"]["input_tokens"], done["usage"]["output_tokens"]), (11, 7))
        request = self.provider.requests[-1]
        self.assertEqual((request["model"], request["stream"]), (fake.MODEL, True))
        self.assertEqual(request["messages"][-1]["role"], "user")
        self.assertIn("Greet", json.dumps(request["messages"][-1]))
        self.assertEqual(self.provider.headers[-1]["authorization"],
                         "Bearer sk-secret-of-the-test")

    def test_the_models_of_the_configuration_are_listed(self):
        models = {model["id"]: model for model in self.client.expect(200, "GET", "/models")}
        self.assertEqual(models[self.model]["context_size"], 100000)
        self.assertNotIn("sk-secret", json.dumps(self.client.get("/config").json))

    def test_a_tool_call_runs_and_its_result_goes_back(self):
        events = self.play(fake.call(("call_1", "write", WRITE)), fake.say("Written."))
        self.assert_end(events)
        self.assertEqual((self.server.workspace / "made.txt").read_text(), WRITE["content"])
        sent = self.provider.requests[-1]["messages"]
        self.assertEqual([m["role"] for m in sent[-2:]], ["assistant", "tool"])
        self.assertEqual(sent[-1]["tool_call_id"], sent[-2]["tool_calls"][0]["id"])

    def test_several_calls_of_one_answer_all_get_results(self):
        calls = [(f"call_{i}", "bash", bash(f"echo number {i}")["input"]) for i in range(5)]
        self.assert_end(self.play(fake.call(*calls), fake.say("All ran.")))
        results = [m for m in self.provider.requests[-1]["messages"] if m["role"] == "tool"]
        self.assertEqual(len(results), 5)
        for number, result in enumerate(results):
            self.assertIn(f"number {number}", json.dumps(result["content"]))

    def test_an_unknown_tool_and_bad_arguments_are_told_to_the_model(self):
        events = self.play(fake.call(("call_1", "teleport", {}), ("call_2", "write", {"x": 1}),
                                     ("call_3", "read", {"filePath": "main.py"})),
                           fake.say("I see."))
        self.assert_end(events)
        self.assertEqual([self.part(i)["status"] for i in range(3)],
                         ["error", "error", "completed"])

    def test_the_past_goes_along(self):
        self.play(fake.call(("call_1", "read", {"filePath": "main.py"})), fake.say("Read it."))
        self.play(fake.say("Again."), content="And now?")
        roles = [m["role"] for m in self.provider.requests[-1]["messages"] if m["role"] != "system"]
        self.assertEqual(roles, ["user", "assistant", "tool", "assistant", "user"])


class Failures(ProviderTest):
    def test_a_rate_limit_is_waited_out_and_told(self):
        events = self.play(fake.refuse(429, "slow down", headers={"Retry-After": "1"}),
                           fake.say("Now."))
        self.assert_end(events)
        retry, = self.retries(events)
        self.assertEqual((retry["code"], retry["attempt"]), ("rate_limited", 1))
        self.assertGreaterEqual(retry["delay_ms"], 1000)
        self.assertLess(retry["delay_ms"], 5000)
        self.assertEqual(retry["model_id"], self.model)
        self.assertEqual(text_of(events), "Now.")

    def test_a_spent_quota_is_not_retried(self):
        events = self.play(fake.refuse(429, "pay", "insufficient_quota", "insufficient_quota"))
        self.assert_end(events, "quota_exceeded")
        self.assertEqual(self.retries(events), [])

    def test_a_server_error_that_passes_is_retried(self):
        events = self.play(fake.refuse(500, "oops"), fake.refuse(503, "oops"), fake.say("Up."))
        self.assert_end(events)
        self.assertEqual([retry["code"] for retry in self.retries(events)],
                         ["provider_failed", "provider_overloaded"])

    def test_a_server_error_that_stays_ends_the_turn(self):
        before = len(self.provider.requests)
        events = self.play(fake.refuse(500, "oops"))
        self.assertTrue(self.assert_end(events, "provider_failed")["retryable"])
        self.assertEqual(len(self.provider.requests) - before, 1 + 3)
        self.assert_end(self.play(fake.say("Back."), content="Again"))

    def test_refusals_are_final(self):
        # A 400 may be about the conversation's shape: it is told once more as plain text.
        for status, code, sent in ((401, "provider_auth", 1), (403, "provider_auth", 1),
                                   (400, "provider_refused", 2)):
            with self.subTest(status=status):
                before = len(self.provider.requests)
                self.assert_end(self.play(fake.refuse(status, "no")), code)
                self.assertEqual(len(self.provider.requests) - before, sent)

    def test_text_cut_off_is_void_and_asked_for_again(self):
        events = self.play(fake.cut_text("Wrong ", "start"), fake.say("Right."))
        self.assert_end(events)
        retry, = self.retries(events)
        self.assertEqual(retry["code"], "stream_cut")
        self.assertIn("void_after", retry)
        self.assertEqual(text_of(events), "Right.")
        self.assertEqual(self.client.messages(self.session)[-1]["content"], "Right.")

    def test_a_call_cut_off_is_never_run(self):
        for whole in (False, True):
            with self.subTest(whole=whole):
                events = self.play(fake.cut_call("call_1", "write", WRITE, whole),
                                   fake.say("Never mind."))
                self.assert_end(events)
                self.assertEqual(len(self.retries(events)), 1)
                self.assertNotIn("tool_start", [event.name for event in events])
                self.assertFalse((self.server.workspace / "made.txt").exists())

    def test_no_json_is_a_failure_of_the_provider(self):
        for text in ("{not json", "[]", '"text"'):
            with self.subTest(text=text):
                events = self.play(fake.garbage(text), fake.say("Well."))
                self.assertIn(events[-1].name, ("done", "error"))
                told = self.retries(events) + [events[-1].data]
                self.assertIn(told[0].get("code"), ("provider_failed", "stream_cut"))

    def test_an_answer_that_is_no_stream_is_a_failure(self):
        def page(handler, _):
            fake.send_json(handler, 200, {"choices": []})
        events = self.play(page, fake.say("Well."))
        self.assertIn(events[-1].name, ("done", "error"))
        self.assertGreaterEqual(len(self.retries(events)) + (events[-1].name == "error"), 1)

    def test_an_error_within_the_stream_is_seen(self):
        def answer(handler, _):
            fake.begin_stream(handler)
            fake.send_data(handler, fake.chunk({"content": "Well"}))
            fake.send_data(handler, json.dumps({"error": {"message": "overloaded", "code": 503}}))
        events = self.play(answer, fake.say("Fine."))
        self.assert_end(events)
        self.assertEqual(len(self.retries(events)), 1)
        self.assertEqual(text_of(events), "Fine.")

    def test_nobody_there_is_provider_down(self):
        self.provider.close()
        self.client.say(self.session, "Anyone?")
        with stream(self.server, self.session) as source:
            events = source.until(("done", "error"))
        self.assert_end(events, "provider_down")
        self.assertEqual({retry["code"] for retry in self.retries(events)}, {"provider_down"})
        self.assertEqual(len(self.retries(events)), 3)

    def test_cancelling_hangs_up(self):
        self.provider.then(fake.stall(self.provider, "Well, "))
        self.client.say(self.session, "Talk")
        with stream(self.server, self.session) as source:
            source.until("delta")
            self.client.expect(202, "POST", f"/sessions/{self.session}/cancel")
            self.assert_end(source.until(("done", "error")), "cancelled")
        self.assertTrue(self.provider.hung_up.wait(20), "the provider's stream stayed open")
        self.assert_end(self.play(fake.say("Again."), content="Once more"))

    def test_a_silent_provider_disturbs_no_other_session(self):
        self.provider.then(fake.stall(self.provider, "..."))
        sessions = [self.client.new_session(model_id=self.model)["id"] for _ in range(30)]
        for session in sessions:
            self.client.say(session, "Talk")
        until(lambda: len(self.provider.requests) >= 30, "all calls are under way")
        self.assert_end(self.play(fake.say("Quick.")))
        for session in sessions:
            self.assertEqual(self.client.json("DELETE", f"/sessions/{session}").status, 204)


class Conversations(ProviderTest):
    """Whatever ends a turn, what is sent next has every call answered (see tearDown)."""

    def begin_call(self, *calls):
        self.provider.then(fake.call(*calls), fake.say("On."))
        self.client.say(self.session, "Begin")

    def assert_goes_on(self):
        self.assert_end(self.play(fake.say("On."), content="Go on"))
        sent = self.provider.requests[-1]["messages"]
        calls = [made["id"] for m in sent for made in m.get("tool_calls") or []]
        self.assertEqual(len(calls), len([m for m in sent if m["role"] == "tool"]))
        self.assertTrue(calls)

    def test_after_a_cancelled_call(self):
        self.begin_call(("call_1", "bash", bash("echo go; sleep 60")["input"]),
                        ("call_2", "read", {"filePath": "main.py"}))
        with stream(self.server, self.session) as source:
            source.until("tool_output")
        self.client.expect(202, "POST", f"/sessions/{self.session}/cancel")
        self.client.finish(self.session)
        self.assert_goes_on()

    def test_after_a_cancelled_question(self):
        self.begin_call(("call_1", "bash", bash("rm -f x")["input"]))
        self.client.await_question(self.session)
        self.client.expect(202, "POST", f"/sessions/{self.session}/cancel")
        self.client.finish(self.session)
        self.assertEqual(self.client.questions(self.session), [])
        self.assert_goes_on()

    def test_after_a_rejection(self):
        self.begin_call(("call_1", "bash", bash("rm -f x")["input"]))
        asked = self.client.await_question(self.session)
        self.client.answer(self.session, asked["question_id"], "reject")
        self.client.finish(self.session)
        self.assert_goes_on()

    def test_after_a_crash_in_a_call(self):
        self.begin_call(("call_1", "bash", bash("echo go; sleep 60")["input"]))
        with stream(self.server, self.session) as source:
            source.until("tool_output")
        before = len(self.provider.requests)
        self.server.restart()
        self.client = self.server.client()
        self.assertEqual(self.client.finish(self.session)["state"], "succeeded")
        self.assertEqual(len(self.provider.requests), before + 1)
        told = json.dumps(self.provider.requests[-1]["messages"][-1])
        self.assertIn("interrupted", told)
        self.assert_goes_on()

    def test_after_a_crash_in_an_answer(self):
        self.provider.then(fake.stall(self.provider, "Half an "), fake.say("Whole answer."))
        self.client.say(self.session, "Talk")
        with stream(self.server, self.session) as source:
            source.until("delta")
        self.server.restart()
        self.client = self.server.client()
        self.assertEqual(self.client.finish(self.session)["state"], "succeeded")
        events = replay(self.server, self.session)
        self.assertEqual(text_of(events), "Whole answer.")
        self.assertEqual([r["code"] for r in self.retries(events)], ["restarted"])
        self.assertEqual(self.client.messages(self.session)[-1]["content"], "Whole answer.")

    def test_the_same_call_id_twice_in_a_session_is_no_trouble(self):
        for _ in range(2):
            self.assert_end(self.play(fake.call(("call_0", "read", {"filePath": "main.py"})),
                                      fake.say("Read.")))

    def test_a_provider_that_is_not_there_at_the_start_is_no_obstacle(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
            config = self.provider.config().replace(self.provider.url, url)
            with Server(config) as other:
                client = other.client()
                self.assertIn("sim/koda", [m["id"] for m in client.get("/models").json])
                self.assertEqual(client.get("/health").status, 200)


if __name__ == "__main__":
    main()
