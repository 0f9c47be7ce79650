"""What goes beyond one model: falling back, shortening, variants, budgets, titles, and the governor
that all sessions share."""

import collections
import json
import threading
import time
import unittest

import fake_openai as fake
from harness import Server, main, until
from sse import replay, stream, text_of


class TwoProviders(unittest.TestCase):
    config = ""

    def setUp(self):
        self.first = fake.FakeOpenAI(fake.say("From the first."))
        self.second = fake.FakeOpenAI(fake.say("From the second."))
        self.addCleanup(self.first.close)
        self.addCleanup(self.second.close)
        self.server = Server(f"""version: 1
models_dev: {{url: ''}}
providers:
  - id: one
    base_url: {self.first.url}
    models: [{{id: m, context_size: 10000, cost_input: 100000, cost_output: 200000,
              reasoning: true}}]
  - id: two
    base_url: {self.second.url}
    models: [{{id: m, context_size: 90000, cost_output: 500000}}, {{id: small}}]
{self.config}""")
        self.addCleanup(self.server.close)
        self.client = self.server.client()
        self.session = self.client.new_session(model_id="one/m", title="Titled")["id"]

    def play(self, **fields):
        cursor = self.client.expect(200, "GET", f"/sessions/{self.session}")["last_event_id"]
        self.client.run(self.session, "Go on", **fields)
        return replay(self.server, self.session, cursor)


class FallingBack(TwoProviders):
    config = "fallback_models: [two/m]\nsession: {max_retries: 1}\n"

    def test_a_provider_that_stays_down_is_replaced_and_each_model_costs_its_own(self):
        self.first.then(fake.refuse(500, "oops"))
        events = self.play()
        self.assertEqual(text_of(events), "From the second.")
        told = [event.data for event in events if event.name == "retry"]
        self.assertEqual([retry["model_id"] for retry in told], ["one/m", "two/m"])
        self.assertIn("falling back to two/m", told[1]["message"])
        self.assertAlmostEqual(events[-1].data["turn_cost"], 3.5)  # 7 tokens at half a dollar.
        self.assertEqual(self.client.messages(self.session)[-1]["model_id"], "two/m")

    def test_a_spent_quota_falls_back_at_once(self):
        self.first.then(fake.refuse(429, "pay", "insufficient_quota", "insufficient_quota"))
        events = self.play()
        self.assertEqual(len(self.first.requests), 1)
        self.assertEqual(text_of(events), "From the second.")

    def test_a_wait_beyond_all_patience_falls_back(self):
        self.first.then(fake.refuse(429, "tomorrow", headers={"Retry-After": "86400"}))
        events = self.play()
        self.assertEqual(text_of(events), "From the second.")
        # The next turn does not even ask.
        events = self.play()
        self.assertEqual(text_of(events), "From the second.")
        self.assertEqual(len(self.first.requests), 1)

    def test_a_conversation_too_long_is_shortened_and_then_given_to_a_larger_model(self):
        self.first.then(fake.refuse(400, "maximum context length is 10 tokens", "invalid_request",
                                    "context_length_exceeded"))
        events = self.play()
        self.assertEqual(len(self.first.requests), 4)
        self.assertEqual(text_of(events), "From the second.")
        self.assertEqual([event.data["code"] for event in events if event.name == "retry"],
                         ["context_overflow"] * 4)


class Spending(TwoProviders):
    config = "session: {budget: 4, budget_warn: 0.5}\n"

    def test_a_budget_warns_and_then_ends_turns_before_their_next_call(self):
        self.first.then(fake.call(("c1", "glob", {"pattern": "*"})), fake.say("Done."))
        events = self.play()
        done = events[-1].data  # A call is 11 in and 7 out, 2.50 dollars; the second is the last.
        self.assertEqual(done["finish_reason"], "stop")
        self.assertAlmostEqual(done["session_cost"], 5)
        self.assertTrue(done["budget_warn"])
        calls = len(self.first.requests)
        events = self.play()
        self.assertEqual(events[-1].data["finish_reason"], "budget_exceeded")
        self.assertEqual(len(self.first.requests), calls)
        self.server.restart()
        self.client = self.server.client()
        session = self.client.expect(200, "GET", f"/sessions/{self.session}")
        self.assertAlmostEqual(session["cost"], 5)
        self.client.expect(200, "PATCH", f"/sessions/{self.session}", {"budget": 1000})
        self.assertEqual(self.play()[-1].data["finish_reason"], "stop")


class Variants(TwoProviders):
    config = "utility_model: two/small\n"

    def test_a_variant_sets_how_much_the_model_reasons_for_one_turn(self):
        self.play(variant="max")
        self.play()
        efforts = [request.get("reasoning_effort") for request in self.first.requests]
        self.assertIn(efforts[0], ("high", "max"))
        self.assertIsNone(efforts[1])
        reply = self.client.post(f"/sessions/{self.session}/messages",
                                 {"content": "x", "variant": "huge"})
        self.assertEqual((reply.status, reply.json["field"]), (400, "variant"))

    def test_the_utility_model_names_the_session(self):
        self.second.then(fake.say("\"A fine title.\"\n"))
        session = self.client.new_session(model_id="one/m")["id"]
        self.client.run(session, "Please do this and that")
        def titled():
            title = self.client.expect(200, "GET", f"/sessions/{session}")["title"]
            return title == "A fine title"
        until(titled, "the title is there")
        self.assertIn("Please do this", json.dumps(self.second.requests[0]["messages"]))
        titles = [event.data["title"] for event in replay(self.server, session)
                  if event.name == "title_updated"]
        self.assertEqual(titles[-1], "A fine title")


class Governed(unittest.TestCase):
    """A provider that takes five calls a second, however many want to call."""

    SESSIONS = 100
    RATE = 5

    def setUp(self):
        self.taken = collections.deque()
        self.lock = threading.Lock()
        self.provider = fake.FakeOpenAI(self.answer)
        self.addCleanup(self.provider.close)
        self.server = Server("version: 1\nmodels_dev: {url: ''}\nproviders:\n  - id: fake\n"
                             f"    base_url: {self.provider.url}\n    models: [{{id: m}}]\n")
        self.addCleanup(self.server.close)
        self.client = self.server.client()

    def answer(self, handler, body):
        now = time.monotonic()
        with self.lock:
            while self.taken and self.taken[0] <= now - 1:
                self.taken.popleft()
            fits = len(self.taken) < self.RATE
            if fits:
                self.taken.append(now)
        if fits:
            fake.say("Done.")(handler, body)
        else:
            fake.refuse(429, "slow down", headers={"Retry-After": "1"})(handler, body)

    def test_many_sessions_share_a_rate_limit_without_a_storm(self):
        sessions = [self.client.new_session(model_id="fake/m", title="Titled")["id"]
                    for _ in range(self.SESSIONS)]
        for session in sessions:
            self.client.say(session, "Go")
        traffic = self.client.get("/config").json["providers"][0]["traffic"]
        self.assertGreater(traffic["waiting"], self.SESSIONS / 2)
        for session in sessions:
            self.assertEqual(self.client.finish(session)["state"], "succeeded")
        self.assertLessEqual(len(self.provider.requests), self.SESSIONS * 1.1)
        with stream(self.server, sessions[-1], "?after=0") as source:
            told = [event.data for event in source.until("done") if event.name == "retry"]
        self.assertTrue(told, "the wait is not visible")
        traffic = self.client.get("/config").json["providers"][0]["traffic"]
        self.assertEqual((traffic["running"], traffic["waiting"]), (0, 0))
        self.assertLess(traffic["pace_per_s"], 2 * self.RATE)


if __name__ == "__main__":
    main()
