"""What providers really send: whole turns on answers that are cut, numbered, named, ended and
wrapped in the ways that servers have, in all four formats."""

import json
import unittest

import fake_openai as fake
from harness import Server, main
from sse import replay, text_of

TYPES = {"chat": "openai-chat", "messages": "anthropic", "responses": "openai", "gemini": "google"}
RETRIES = 1


def frames(*payloads, done=True):
    sent = [one if isinstance(one, str) else json.dumps(one) for one in payloads]
    return "".join(f"data: {one}\n\n" for one in sent + (["[DONE]"] if done else []))


def chat(delta, finish=None):
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def piece(**fields):
    """A piece of a call: what belongs to the function goes there."""
    function = {key: fields.pop(key) for key in ("name", "arguments") if key in fields}
    return chat({"tool_calls": [{**fields, "function": function}]})


def body(text, content_type="text/event-stream"):
    def answer(handler, _):
        content = text.encode()
        handler.send_response(200)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)
    return answer


def whole(value):
    return body(json.dumps(value), "application/json")


def bash(command, **more):
    return json.dumps({"command": command, **more})


END = chat({}, "tool_calls")
APPEND = bash("echo ran >> count.txt; echo told")

# Answers that all ask for APPEND, once.
CALLS = {
    "a new id in each piece": frames(
        piece(index=0, id="t1", name="bash", arguments=""),
        piece(index=0, id="t2", arguments=APPEND[:9]),
        piece(index=0, id="t3", arguments=APPEND[9:]), END),
    "an empty object first": frames(
        piece(index=0, id="t", name="bash", arguments="{}"),
        piece(index=0, arguments=APPEND[:12]), piece(index=0, arguments=APPEND[12:]), END),
    "all arguments twice": frames(
        piece(index=0, id="t", name="bash", arguments=""),
        piece(index=0, arguments=APPEND), piece(index=0, arguments=APPEND), END),
    "each piece says all": frames(
        piece(index=0, id="t", name="bash", arguments=""),
        *(piece(index=0, arguments=APPEND[:size]) for size in (4, 9, 14, len(APPEND))), END),
    "no index, name in pieces": frames(
        piece(id="t", name="ba"), piece(name="sh"), piece(arguments=APPEND), END),
    "encoded twice": frames(
        piece(index="0", id="t", name="bash", arguments=json.dumps(APPEND)), END),
    "an object, fenced name": frames(
        piece(index=0, id="t", name="functions.Bash", arguments=json.loads(APPEND)), END),
    "a fence": frames(
        piece(index=4, id="t", name="bash<|channel|>json", arguments=f"```json\n{APPEND}\n```"),
        END),
    "blank text first": frames(
        chat({"content": "\n\n"}), piece(index=0, id="t", name="BASH", arguments=APPEND), END),
    "function_call": frames(
        chat({"function_call": {"name": "bash", "arguments": APPEND[:5]}}),
        chat({"function_call": {"arguments": APPEND[5:]}}, "function_call")),
    "a finish reason in every chunk": frames(
        {"choices": [{**piece(index=0, id="t", name="bash", arguments=APPEND[:7])["choices"][0],
                      "finish_reason": "stop"}]},
        {"choices": [{**piece(index=0, arguments=APPEND[7:])["choices"][0],
                      "finish_reason": "stop"}]}),
    "a whole completion": json.dumps({"object": "chat.completion", "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": None,
         "tool_calls": [{"id": "t", "type": "function",
                         "function": {"name": "bash", "arguments": APPEND}}]}}]}),
}

# Answers with nothing in them.
EMPTY = {
    "chat": [frames(chat({"role": "assistant", "content": ""}), chat({}, "stop")),
             frames(chat({"content": "\n\n"}), chat({}, "stop")),
             frames(chat({"reasoning_content": "hm"}), chat({}, "stop")), frames()],
    "messages": [frames({"type": "message_start", "message": {"content": []}},
                        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
                        {"type": "message_stop"}, done=False)],
    "responses": [frames({"type": "response.completed",
                          "response": {"status": "completed", "output": []}}, done=False)],
    "gemini": [frames({"candidates": [{"content": {"role": "model"}, "finishReason": "STOP"}]},
                      done=False)],
}

SAID = {
    "chat": frames(chat({"content": "Here."}), chat({}, "stop")),
    "messages": json.dumps({"type": "message", "role": "assistant", "stop_reason": "end_turn",
                            "content": [{"type": "text", "text": "Here."}]}),
    "responses": json.dumps({"object": "response", "status": "completed", "output": [
        {"type": "message", "content": [{"type": "output_text", "text": "Here."}]}]}),
    "gemini": json.dumps([{"candidates": [{"content": {"parts": [{"text": "Here."}]},
                                           "finishReason": "STOP"}]}]),
}


class Streams(unittest.TestCase):
    def setUp(self):
        self.provider = fake.FakeOpenAI(fake.say("Hello"))
        self.addCleanup(self.provider.close)
        lines = ["version: 1", "models_dev: {url: ''}", f"session: {{max_retries: {RETRIES}}}",
                 "providers:"]
        for name, kind in TYPES.items():
            url = self.provider.url if name != "gemini" else self.provider.url[:-len("/v1")]
            lines.append(f"  - {{id: {name}, type: {kind}, base_url: '{url}', api_key: k, "
                         f"models: [{{id: m, context_size: 100000}}]}}")
        self.server = Server("\n".join(lines) + "\n")
        self.addCleanup(self.server.close)
        self.client = self.server.client()

    def play(self, kind, *plan):
        session = self.client.new_session(agent_id="engineer", model_id=f"{kind}/m",
                                          title="Titled")["id"]
        self.provider.then(*plan)
        self.client.run(session, "Go on")
        return session, replay(self.server, session)

    def named(self, events, name):
        return [event.data for event in events if event.name == name]

    def test_a_call_runs_once_however_it_is_sent(self):
        for kind, sent in CALLS.items():
            with self.subTest(kind=kind):
                count = self.server.workspace / "count.txt"
                count.unlink(missing_ok=True)
                _, events = self.play("chat", body(sent), fake.say("Done."))
                self.assertEqual(events[-1].name, "done", events[-1])
                start, = self.named(events, "tool_start")
                self.assertEqual(json.loads(start["input"]), json.loads(APPEND), start)
                self.assertEqual(count.read_text(), "ran\n")
                back = self.provider.requests[-1]["messages"]
                self.assertIsNone(fake.check_conversation(back))
                blank = [m for m in back if isinstance(m.get("content"), str)
                         and m["content"] and not m["content"].strip()]
                self.assertEqual(blank, [])

    def test_two_calls_of_one_number_or_id_are_two(self):
        for kind, pieces in {
                "one index": (piece(index=0, id="a", name="bash", arguments=bash("echo one")),
                              piece(index=0, id="b", name="glob", arguments='{"pattern":"*"}')),
                "one id": (piece(index=0, id="a", name="bash", arguments=bash("echo one")),
                           piece(index=1, id="a", name="bash", arguments=bash("echo two"))),
                "no id": (piece(index=0, name="bash", arguments=bash("echo one")),
                          piece(index=1, id="", name="bash", arguments=bash("echo two")))}.items():
            with self.subTest(kind=kind):
                _, events = self.play("chat", body(frames(*pieces, END)), fake.say("Done."))
                self.assertEqual(events[-1].name, "done", events[-1])
                ids = [start["call_id"] for start in self.named(events, "tool_start")]
                self.assertEqual((len(ids), len(set(ids))), (2, 2), ids)
                self.assertIsNone(fake.check_conversation(self.provider.requests[-1]["messages"]))

    def test_a_broken_call_never_runs_and_the_model_is_told(self):
        cut = piece(index=0, id="a", name="bash", arguments=APPEND[:-3])
        for kind, sent in {"length": frames(cut, chat({}, "length")), "stop": frames(cut, END),
                           "an empty one, then half": frames(
                               piece(index=0, id="a", name="bash", arguments="{}"),
                               piece(index=0, arguments=APPEND[:-3]), END)}.items():
            with self.subTest(kind=kind):
                _, events = self.play("chat", body(sent), fake.say("I see."))
                self.assertEqual(events[-1].name, "done", events[-1])
                self.assertFalse((self.server.workspace / "count.txt").exists())
                self.assertEqual([s["input"] for s in self.named(events, "tool_start")], ["{}"])
                told = self.provider.requests[-1]["messages"][-1]
                self.assertIn("echo ran", json.dumps(told))

    def test_an_unknown_tool_is_told_with_the_tools_that_there_are(self):
        _, events = self.play("chat", body(frames(
            piece(index=0, id="a", name="teleport", arguments=APPEND), END)), fake.say("I see."))
        self.assertEqual(events[-1].name, "done", events[-1])
        told = json.dumps(self.provider.requests[-1]["messages"][-1])
        self.assertIn("teleport", told)
        self.assertIn("bash", told)
        self.assertFalse((self.server.workspace / "count.txt").exists())

    def test_a_call_that_stands_only_at_the_end_runs(self):
        _, events = self.play("responses", body(frames(
            {"type": "response.output_text.delta", "output_index": 0, "delta": "Let me look."},
            {"type": "response.completed", "response": {"status": "completed", "output": [
                {"type": "message", "content": [{"type": "output_text", "text": "Let me look."}]},
                {"type": "function_call", "call_id": "c", "name": "bash", "arguments": APPEND}]}},
            done=False)), body(SAID["responses"], "application/json"))
        self.assertEqual(events[-1].name, "done", events[-1])
        self.assertEqual((self.server.workspace / "count.txt").read_text(), "ran\n")
        self.assertEqual(text_of(events), "Let me look.Here.")

    def test_an_empty_answer_is_made_again_and_then_an_error(self):
        for kind, answers in EMPTY.items():
            for number, sent in enumerate(answers):
                with self.subTest(kind=kind, number=number):
                    _, events = self.play(kind, body(sent), body(SAID[kind]))
                    self.assertEqual(events[-1].name, "done", events[-1])
                    self.assertEqual(text_of(events), "Here.")
                    self.assertEqual(len(self.named(events, "retry")), 1)
                    _, events = self.play(kind, body(sent))
                    self.assertEqual(events[-1].name, "error", events[-1])
                    self.assertEqual(events[-1].data["code"], "provider_failed")
                    self.assertEqual(len(self.named(events, "retry")), RETRIES)

    def test_an_error_with_200_is_its_own_sentence(self):
        refused = {"error": {"message": "Invalid API key provided", "type": "x"}}
        loading = {"error": {"message": "the model is still being loaded", "type": "service_error"}}
        for kind in TYPES:
            with self.subTest(kind=kind):
                _, events = self.play(kind, whole(refused))
                self.assertEqual(events[-1].data.get("code"), "provider_auth")
                _, events = self.play(kind, whole(loading), body(SAID[kind]))
                self.assertEqual(events[-1].name, "done", events[-1])
                self.assertIn("still being loaded", json.dumps(self.named(events, "retry")))

    def test_a_character_in_two_halves_is_one(self):
        sent = frames('{"choices":[{"delta":{"content":"Hi \\ud83d"}}]}',
                      '{"choices":[{"delta":{"content":"\\ude00 there"}}]}', chat({}, "stop"))
        session, events = self.play("chat", body(sent))
        self.assertEqual(text_of(events), "Hi \U0001f600 there")
        self.assertEqual(self.client.messages(session)[-1]["content"], "Hi \U0001f600 there")


if __name__ == "__main__":
    main()
