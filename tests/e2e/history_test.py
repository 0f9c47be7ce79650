"""Conversations that a strict provider would refuse for ever, options that it does not know, and
what a session does about a request that is refused as it stands."""

import json
import unittest

import fake_openai as fake
import strict_chat
from harness import Server, main
from sse import replay, text_of

ASK = {"command": "rm -f scratch.txt", "description": "Remove it", "purpose": "other"}


def blank_then_call(*pieces):
    """Text of two line breaks, and then the calls."""
    def answer(handler, body):
        fake.begin_stream(handler)
        fake.send_data(handler, fake.chunk({"content": "\n\n"}))
        for index, (call_id, name, text) in enumerate(pieces):
            fake.send_data(handler, fake.chunk(fake.call_part(index, call_id, name, text)))
        fake.end_stream(handler, "tool_calls")
    return answer


def strict(answer, call_id=r"^[a-zA-Z0-9_-]{1,40}$"):
    """Refuses what the strictest servers refuse, else answers."""
    def checked(handler, body):
        wrong = strict_chat.complaint(body, call_id)
        if wrong:
            return fake.refuse(400, wrong, "invalid_request_message_order")(handler, body)
        return answer(handler, body)
    return checked


class HistoryTest(unittest.TestCase):
    model = fake.MODEL

    def setUp(self):
        self.provider = fake.FakeOpenAI(fake.say("Hello"))
        self.addCleanup(self.provider.close)
        self.server = Server(self.config())
        self.addCleanup(self.server.close)
        self.client = self.server.client()
        self.session = self.client.new_session(
            agent_id="engineer", model_id=f"fake/{self.model}", title="Titled")["id"]

    def config(self):
        return self.provider.config(max_retries=1)

    def play(self, *plan, content="Go on"):
        self.provider.then(*plan)
        cursor = self.client.expect(200, "GET", f"/sessions/{self.session}")["last_event_id"]
        self.client.run(self.session, content)
        return replay(self.server, self.session, cursor)

    def assert_said(self, events, text):
        self.assertEqual(events[-1].name, "done", events[-1].data)
        self.assertEqual(text_of(events), text)

    def refusals(self):
        return [found for found in map(strict_chat.complaint, self.provider.requests) if found]


class StrictOrder(HistoryTest):
    def test_a_call_cancelled_after_a_result_and_a_new_message(self):
        self.provider.then(strict(fake.call(("call_1", "glob", {"pattern": "*"}))),
                           strict(fake.call(("call_2", "bash", ASK))))
        self.client.say(self.session, "Remove it")
        self.client.await_question(self.session)
        self.client.post(f"/sessions/{self.session}/cancel")
        self.client.finish(self.session)

        self.assert_said(self.play(strict(fake.say("Yes."))), "Yes.")
        self.assertEqual(self.refusals(), [])
        roles = [message["role"] for message in self.provider.requests[-1]["messages"]]
        self.assertEqual(roles[-3:], ["tool", "assistant", "user"])

    def test_a_refused_call_and_a_new_message(self):
        self.provider.then(strict(fake.call(("c", "bash", ASK))), strict(fake.say("Well.")))
        self.client.say(self.session, "Remove it")
        question = self.client.await_question(self.session)
        self.client.answer(self.session, question["question_id"], "reject")
        self.client.finish(self.session)

        self.assert_said(self.play(strict(fake.say("Yes."))), "Yes.")
        self.assertEqual(self.refusals(), [])

    def test_blank_text_made_up_names_and_broken_arguments(self):
        events = self.play(strict(blank_then_call(
            ("functions.read:0", "\"read\"", "{}"), ("a|b", "a.b c", "{broken"), ("", "", "[1]"),
            ("same", "nope", "{}"))), strict(fake.say("Sorry.")))

        self.assert_said(events, "\n\nSorry." if text_of(events).startswith("\n") else "Sorry.")
        self.assert_said(self.play(strict(fake.say("Yes."))), "Yes.")
        self.assertEqual(self.refusals(), [])


class MistralIds(HistoryTest):
    model = "mistral-small"

    def config(self):
        return super().config().replace(f"- id: {fake.MODEL}", f"- id: {self.model}")

    def test_nine_letters_and_digits(self):
        nine = r"^[a-zA-Z0-9]{9}$"
        events = self.play(strict(fake.call(("call_1_1", "glob", {"pattern": "*"})), nine),
                           strict(fake.say("Yes."), nine))
        self.assert_said(events, "Yes.")
        self.assertEqual(len(self.provider.requests), 2)


class Options(HistoryTest):
    def refuses(self, *names):
        """Refuses the first of these fields that a request has."""
        def answer(handler, body):
            for name in names:
                if name in body:
                    return fake.refuse(400, f"Unrecognized request argument supplied: {name}",
                                       "invalid_request_error")(handler, body)
            return fake.say("Yes.")(handler, body)
        return answer

    def test_an_option_is_left_out_at_once_and_from_then_on(self):
        events = self.play(self.refuses("stream_options"))

        self.assert_said(events, "Yes.")
        self.assertEqual([event for event in events if event.name == "retry"], [])
        self.assertEqual(["stream_options" in sent for sent in self.provider.requests],
                         [True, False])
        self.assert_said(self.play(self.refuses("stream_options")), "Yes.")
        self.assertEqual(len(self.provider.requests), 3)

    def test_a_model_that_takes_no_tools_is_asked_without_them(self):
        def toolless(handler, body):
            if "tools" in body:
                return fake.refuse(400, "fake-model does not support tools")(handler, body)
            return fake.say("Yes.")(handler, body)

        self.assert_said(self.play(toolless), "Yes.")
        self.assertEqual(["tools" in sent for sent in self.provider.requests], [True, False])
        self.assert_said(self.play(toolless), "Yes.")
        self.assertEqual(len(self.provider.requests), 3)

    def test_tools_come_back_where_leaving_them_out_did_not_help(self):
        self.play(fake.refuse(400, "fake-model does not support tools"))
        before = len(self.provider.requests)
        self.assert_said(self.play(fake.say("Yes.")), "Yes.")
        self.assertIn("tools", self.provider.requests[before])

    def test_the_essential_is_never_left_out(self):
        events = self.play(self.refuses("stream_options", "temperature", "model", "messages"))

        self.assertEqual(events[-1].data["code"], "provider_refused")
        self.assertLessEqual(len(self.provider.requests), 6)
        for sent in self.provider.requests:
            self.assertIn("model", sent)
            self.assertTrue(sent["messages"])


class Shape(HistoryTest):
    def test_a_refused_history_is_told_as_plain_text(self):
        def plain_only(handler, body):
            if any(message["role"] not in ("system", "user") for message in body["messages"]):
                return fake.refuse(400, "messages illegal", "invalid_request_error")(handler, body)
            return fake.say("Plain.")(handler, body)

        self.play(fake.say("First."), content="Remember the word cabbage")
        for turn in range(2):
            before = len(self.provider.requests)
            events = self.play(plain_only)
            self.assert_said(events, "Plain.")
            self.assertEqual(len(self.provider.requests) - before, 2)
            self.assertIn("messages illegal",
                          [event.data["message"] for event in events if event.name == "retry"][0])
            content = self.provider.requests[-1]["messages"][-1]["content"]
            self.assertIn("cabbage", content)
            self.assertIn("First.", content)
            self.assertIn("Go on", content)

    def test_what_is_refused_for_good_ends_the_turn_and_the_next_one_works(self):
        self.play(fake.say("First."))
        before = len(self.provider.requests)
        events = self.play(fake.refuse(400, "the cabbage is off", "invalid_request_error"))
        end = events[-1]

        self.assertEqual((end.name, end.data["code"]), ("error", "provider_refused"))
        self.assertIn("the cabbage is off", end.data["message"])
        sent = self.provider.requests[before:]
        self.assertEqual(len(sent), 2)
        self.assertNotEqual(sent[0]["messages"], sent[1]["messages"])
        self.assert_said(self.play(strict(fake.say("Yes."))), "Yes.")


def untold(*deltas, finish="stop"):
    """An answer whose provider tells no usage."""
    def answer(handler, _):
        fake.begin_stream(handler)
        for delta in deltas:
            fake.send_data(handler, fake.chunk(delta))
        fake.send_data(handler, fake.chunk({}, finish))
        fake.send_data(handler, "[DONE]")
    return answer


class Restart(HistoryTest):
    def test_steps_of_a_provider_that_tells_no_usage_stay_apart(self):
        first = fake.call_part(0, "call_1", "bash", json.dumps(ASK))
        self.provider.then(untold({"content": "PRE"}, first, finish="tool_calls"),
                           untold({"content": "AFTER"}))
        self.client.say(self.session, "Remove it")
        question = self.client.await_question(self.session)
        self.server.restart()
        self.client = self.server.client()
        self.client.answer(self.session, question["question_id"], "once")
        self.client.finish(self.session)

        self.assert_said(self.play(untold({"content": "Yes."})), "Yes.")
        said = [message for message in self.provider.requests[-1]["messages"]
                if message["role"] != "system"]
        self.assertEqual([message["role"] for message in said],
                         ["user", "assistant", "tool", "assistant", "user"])
        self.assertEqual((said[1]["content"], said[3]["content"]), ("PRE", "AFTER"))
        self.assertEqual(len(said[1]["tool_calls"]), 1)
        self.assertNotIn("tool_calls", said[3])


class Endpoint(HistoryTest):
    def config(self):
        return self.provider.config().replace(
            self.provider.url, self.provider.url + "/chat/completions").replace(
            "api_key: sk-secret-of-the-test", "api_key: \"sk-secret-of-the-test\\r\\n\"")

    def test_an_address_down_to_the_endpoint_and_a_key_with_a_line_break(self):
        self.assert_said(self.play(fake.say("Yes.")), "Yes.")
        self.assertEqual(self.provider.headers[-1]["authorization"],
                         "Bearer sk-secret-of-the-test")

    def test_a_control_character_within_a_key_is_refused_at_the_start(self):
        config = self.provider.config().replace(
            "api_key: sk-secret-of-the-test", "api_key: \"sk-secret\\nof-the-test\"")
        with self.assertRaises(AssertionError) as raised:
            Server(config)
        self.assertIn("api_key", str(raised.exception))
        self.assertNotIn("sk-secret", str(raised.exception))


def bare(status, **headers):
    """An answer without a body."""
    def answer(handler, _):
        handler.send_response(status)
        for name, text in headers.items():
            handler.send_header(name, text)
        if status != 204:
            handler.send_header("Content-Length", "0")
        handler.end_headers()
    return answer


class NoAnswer(HistoryTest):
    def assert_told(self, answer, code, *words):
        end = self.play(answer)[-1]
        self.assertEqual((end.name, end.data["code"]), ("error", code))
        for word in words:
            self.assertIn(word, end.data["message"])
        return end.data["message"]

    def test_an_empty_body_is_told_as_one(self):
        self.assert_told(bare(204), "provider_failed", "204 with an empty body")
        self.assert_told(bare(200), "provider_failed", "200 with an empty body")

    def test_a_redirect_tells_where_to(self):
        told = self.assert_told(bare(302, Location="https://other.example/v1?key=hush"),
                                "provider_refused", "302", "https://other.example/v1", "base_url")
        self.assertNotIn("hush", told)

    def test_an_answer_that_ends_before_its_first_word(self):
        self.assert_told(untold({"content": ""}, finish="length"), "provider_failed",
                         "output limit")
        before = len(self.provider.requests)
        self.assert_told(untold({}, finish="content_filter"), "content_filtered", "filtered")
        self.assertEqual(len(self.provider.requests), before + 1)


if __name__ == "__main__":
    main()
