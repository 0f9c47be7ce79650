"""Turns, questions and branches, as the contract tells them."""

import threading

from harness import bash, main, script, until
from sse import stream
from session_fixture import TurnTest, names

ASK = "rm -f scratch.txt"


class Messages(TurnTest):
    def test_errors(self):
        path = self.path + "/messages"
        self.assert_error(self.client.post(path, {}), 400, "missing_field", "content")
        self.assert_error(self.client.post(path, {"content": 1}), 400, "wrong_type", "content")
        self.assert_error(self.client.post(path, {"content": "x", "when_busy": "never"}), 400,
                          None, "when_busy")
        self.assert_error(self.client.post(path, {"content": "x", "agent_id": "none"}), 400,
                          "unknown_agent", "agent_id")
        self.assert_error(self.client.post(path, {"content": "x", "model_id": "none"}), 400,
                          "unknown_model", "model_id")
        self.assertEqual(self.client.messages(self.session), [])

    def test_a_turn_leaves_its_message_in_true_order(self):
        self.run_script({"reasoning": "Thinking it over."}, {"text": "Before. "},
                        bash("echo inside"), {"text": "After."})
        user, reply = self.client.messages(self.session)
        self.assertEqual((user["role"], reply["role"]), ("user", "assistant"))
        kinds = [part["type"] for part in reply["parts"]]
        self.assertEqual(kinds, ["reasoning", "text", "tool", "text"])
        tool = reply["parts"][2]
        self.assertEqual((tool["tool"], tool["status"]), ("bash", "completed"))
        self.assertIn("inside", tool["output"])
        self.assertEqual(reply["content"].replace(" ", ""), "Before.After.")
        self.assertIn("finish_reason", reply)
        self.assertGreater(reply["usage"]["output_tokens"], 0)

    def test_the_list_has_pages(self):
        for i in range(4):
            self.client.run(self.session, script({"text": f"answer {i}"}))
        every = self.client.messages(self.session)
        self.assertEqual(len(every), 8)
        self.assertEqual([m["turn"] for m in every], sorted(m["turn"] for m in every))
        first = self.client.get(self.path + "/messages?limit=3")
        self.assertIn('rel="next"', first.headers.get("link", ""))
        self.assertEqual(first.json, every[:3])
        third = every[2]["id"]
        after = self.client.get(self.path + f"/messages?after={third}").json
        self.assertEqual(after, every[3:])
        before = self.client.get(self.path + f"/messages?before={third}").json
        self.assertEqual(before, every[:2])

    def test_the_list_can_begin_with_the_newest(self):
        for i in range(4):
            self.client.run(self.session, script({"text": f"answer {i}"}))
        newest_first = self.client.messages(self.session)[::-1]
        path, seen = self.path + "/messages?order=desc&limit=3", []
        while path:
            page = self.client.get(path)
            self.assertLessEqual(len(page.json), 3)
            seen += page.json
            link = page.headers.get("link", "")
            path = link[1:link.index(">")] if 'rel="next"' in link else None
        self.assertEqual(seen, newest_first)
        third = newest_first[2]["id"]
        ask = lambda query: self.client.get(self.path + "/messages?order=desc&" + query).json
        self.assertEqual(ask(f"before={third}"), newest_first[3:])
        self.assertEqual(ask(f"after={third}"), newest_first[:2])
        self.assertEqual(ask(f"after={newest_first[6]['id']}&before={newest_first[1]['id']}"),
                         newest_first[2:6])
        within = self.client.get(self.path + f"/messages?order=desc&limit=9&after={third}")
        self.assertNotIn("link", within.headers)
        self.assertEqual(self.client.get(self.path + "/messages?order=asc").json,
                         newest_first[::-1])
        self.assert_error(self.client.get(self.path + "/messages?order=up"), 400, "invalid_value",
                          "order")

    def test_a_busy_session_refuses_or_queues(self):
        self.client.say(self.session, script({"delay_ms": 1500}, {"text": "first"}))
        refused = self.client.post(self.path + "/messages", {"content": "second"})
        self.assert_error(refused, 409, "session_busy")
        queued = self.client.say(self.session, script({"text": "second"}), when_busy="queue")
        third = self.client.say(self.session, script({"text": "third"}), when_busy="queue")
        self.assertEqual((queued["state"], queued["queue_position"]), ("queued", 1))
        self.assertEqual((third["state"], third["queue_position"]), ("queued", 2))
        ended = until(lambda: self.find_ended(third["operation_id"]), "the third turn ends")
        self.assertEqual(ended["state"], "succeeded")
        said = [m["content"] for m in self.client.messages(self.session)
                if m["role"] == "assistant"]
        self.assertEqual(said, ["first", "second", "third"])

    def find_ended(self, operation):
        turn = self.client.expect(200, "GET", self.path + f"/turn?operation_id={operation}")
        return turn if not turn["active"] else None

    def test_a_full_queue_is_429(self):
        self.client.say(self.session, script({"delay_ms": 60000}))
        for _ in range(40):
            reply = self.client.post(self.path + "/messages",
                                     {"content": "more", "when_busy": "queue"})
            if reply.status != 202:
                break
        self.assert_error(reply, 429, "queue_full")
        self.assertIn("retry-after", reply.headers)
        self.assertEqual(self.client.json("DELETE", self.path).status, 204)



class CancelByName(TurnTest):
    def start(self, count):
        """A turn that goes on until it is cancelled, and `count` behind it; their operation ids."""
        turns = [self.client.say(self.session, script({"text": "first"}, {"delay_ms": 60000}))]
        for number in range(count):
            turns.append(self.client.say(self.session, script({"text": f"queued {number}"}),
                                         when_busy="queue"))
        return [turn["operation_id"] for turn in turns]

    def turn_of(self, operation):
        return self.client.expect(200, "GET", self.path + f"/turn?operation_id={operation}")

    def cancel(self, **body):
        return self.client.post(self.path + "/cancel", body)

    def test_a_queued_turn_leaves_the_queue_and_the_running_one_stays(self):
        running, second, third = self.start(2)
        source = self.open()
        reply = self.cancel(operation_id=second)
        self.assertEqual(reply.status, 202, reply.body)
        self.assertEqual((reply.json["operation_id"], reply.json["state"], reply.json["active"]),
                         (second, "cancelled", False))
        self.assertTrue(reply.json["cancel_requested"])
        self.assertNotIn("queue_position", reply.json)
        told = source.until("error")[-1].data
        self.assertEqual((told["code"], told["operation_id"]), ("cancelled", second))
        self.assertEqual(self.turn_of(third)["queue_position"], 1)
        self.assertEqual(self.client.turn(self.session)["operation_id"], running)
        self.assertTrue(self.turn_of(running)["active"])
        self.assert_error(self.cancel(operation_id=second), 409, "no_active_turn")
        self.assertEqual(self.cancel(operation_id=running).status, 202)
        events = source.until("done")
        self.assertEqual(events[-1].data["operation_id"], third)
        self.assertEqual([e.data["operation_id"] for e in events if e.name == "error"], [running])
        self.assertEqual(self.turn_of(second)["state"], "cancelled")
        self.assertEqual(self.client.expect(200, "GET", self.path)["status"], "idle")

    def test_the_query_names_a_turn_too_and_a_contradiction_is_400(self):
        running, second = self.start(1)
        reply = self.client.post(self.path + f"/cancel?operation_id={second}",
                                 {"operation_id": running})
        self.assert_error(reply, 400, "invalid_value", "operation_id")
        self.client.expect(202, "POST", self.path + f"/cancel?operation_id={second}")
        self.assertEqual(self.turn_of(second)["state"], "cancelled")
        self.assertTrue(self.turn_of(running)["active"])

    def test_an_unknown_turn_is_404_and_nothing_is_cancelled(self):
        running, = self.start(0)
        for name in ("turn_nobody", "", "x" * 2000):
            self.assert_error(self.cancel(operation_id=name), 404, "turn_not_found",
                              "operation_id")
        self.assert_error(self.cancel(operation_id=7), 400, "wrong_type", "operation_id")
        self.assertEqual(self.turn_of(running)["state"], "running")

    def test_a_cancelled_place_stays_so_over_a_crash(self):
        running, second, third = self.start(2)
        self.cancel(operation_id=third)
        self.server.restart()
        self.client = self.server.client()
        self.assertEqual(self.client.turn(self.session)["operation_id"], running)
        with self.open() as source:
            self.assertEqual(source.next().name, "turn_start")
        self.assertEqual(self.turn_of(second)["queue_position"], 1)
        self.assertEqual(self.turn_of(third)["state"], "cancelled")
        self.client.expect(202, "POST", self.path + "/cancel")
        until(lambda: not self.turn_of(second)["active"], "the second turn ends")
        self.assertEqual(self.turn_of(second)["state"], "succeeded")

    def test_all_queued_turns_can_go_and_the_queue_has_room_again(self):
        running, *queued = self.start(32)
        full = {"content": "more", "when_busy": "queue"}
        self.assert_error(self.client.post(self.path + "/messages", full), 429, "queue_full")
        for operation in reversed(queued):
            self.assertEqual(self.cancel(operation_id=operation).status, 202)
        self.client.say(self.session, script({"text": "last"}), when_busy="queue")
        self.assertEqual(self.cancel().json["operation_id"], running)
        self.client.finish(self.session)
        until(lambda: self.client.turn(self.session)["turn"] == 34, "the last turn begins")
        self.assertEqual(self.client.finish(self.session)["state"], "succeeded")


class TurnState(TurnTest):
    def test_no_turn_yet_is_404(self):
        self.assert_error(self.client.get(self.path + "/turn"), 404, "turn_not_found")
        self.assert_error(self.client.post(self.path + "/cancel"), 409, "no_active_turn")

    def test_cancel_ends_the_turn_and_its_process(self):
        said = self.client.say(self.session, script(bash("echo go; sleep 60; touch outlived")))
        source = self.open()
        source.until(lambda e: e.name == "tool_output" and "go" in e.data["chunk"])
        cancelled = self.client.expect(202, "POST", self.path + "/cancel")
        self.assertEqual(cancelled["operation_id"], said["operation_id"])
        self.assertTrue(cancelled["cancel_requested"])
        events = source.until(("done", "error"))
        self.assertEqual((events[-1].name, events[-1].data["code"]), ("error", "cancelled"))
        self.assertEqual(names(events).count("tool_end"), 1)
        turn = self.client.turn(self.session)
        self.assertEqual((turn["state"], turn["active"]), ("cancelled", False))
        self.assert_error(self.client.post(self.path + "/cancel"), 409, "no_active_turn")
        part = self.client.messages(self.session)[-1]["parts"][-1]
        self.assertEqual(part["status"], "error")
        self.assertEqual(self.client.run(self.session, script({"text": "on"}))["state"],
                         "succeeded")

    def test_what_the_terminal_event_speaks_of_is_visible_with_it(self):
        for i in range(20):
            self.client.say(self.session, script({"text": f"answer {i}"}))
            with stream(self.server, self.session) as source:
                done = source.until("done")[-1].data
                turn = self.client.turn(self.session)
                self.assertEqual((turn["state"], turn["turn"]), ("succeeded", done["turn"]))
                last = self.client.messages(self.session)[-1]
                self.assertEqual((last["id"], last["content"]),
                                 (done["message_id"], f"answer {i}"))
                session = self.client.expect(200, "GET", self.path)
                self.assertEqual((session["status"], session["turn_count"]), ("idle", i + 1))
                self.assertEqual(session["cost"], done["session_cost"])


class Questions(TurnTest):
    def ask_permission(self):
        self.client.say(self.session, script(bash(ASK), {"text": "asked"}))
        return self.client.await_question(self.session)

    def test_a_permission_is_asked_and_granted_once(self):
        asked = self.ask_permission()
        self.assertEqual((asked["purpose"], asked["options"], asked["tool"]),
                         ("permission", ["once", "always", "reject"], "bash"))
        self.assertIn(ASK, asked["input"])
        self.assertIn("suggested_pattern", asked)
        source = self.open("?after=0")
        self.assertEqual(source.until("user_question")[-1].data, asked)
        session = self.client.expect(200, "GET", self.path)
        self.assertEqual(session["status"], "waiting")
        self.assertEqual(self.client.turn(self.session)["state"], "waiting")
        reply = self.client.answer(self.session, asked["question_id"], "once")
        self.assertEqual((reply.status, reply.body), (204, b""))
        self.assertEqual(self.client.finish(self.session)["state"], "succeeded")
        self.assertEqual(source.until("tool_start")[-1].data["call_id"], asked["call_id"])
        self.assert_error(self.client.answer(self.session, asked["question_id"], "once"), 409,
                          "already_answered")
        self.assertEqual(self.client.questions(self.session), [])
        self.ask_permission()

    def test_errors(self):
        asked = self.ask_permission()
        path = self.path + "/answer"
        self.assert_error(self.client.answer(self.session, "q_none", "once"), 404,
                          "question_not_found")
        self.assert_error(self.client.post(path, {"response": "once"}), 400, "missing_field",
                          "question_id")
        self.assert_error(self.client.post(path, {"question_id": asked["question_id"]}), 400,
                          "missing_field", "response")
        self.assert_error(self.client.answer(self.session, asked["question_id"], "perhaps"), 400)
        self.assert_error(self.client.answer(self.session, asked["question_id"], 7), 400)
        for blank in ("", "  ", "\t\n", [""], ["once", " "]):
            self.assert_error(self.client.answer(self.session, asked["question_id"], blank), 400,
                              "invalid_value", "response")
        self.assertEqual(len(self.client.questions(self.session)), 1)

    def test_a_rejection_is_the_tools_result(self):
        asked = self.ask_permission()
        self.assertEqual(self.client.answer(self.session, asked["question_id"], "reject").status,
                         204)
        self.client.finish(self.session)
        part = [p for p in self.client.messages(self.session)[-1]["parts"]
                if p["type"] == "tool"][0]
        self.assertEqual(part["status"], "error")
        self.assertTrue(part["error"])

    def test_always_is_remembered_over_a_restart(self):
        asked = self.ask_permission()
        self.client.answer(self.session, asked["question_id"], "always")
        self.client.finish(self.session)
        self.server.restart()
        self.client = self.server.client()
        self.assertEqual(self.client.run(self.session, script(bash(ASK)))["state"], "succeeded")

    def test_the_first_of_many_answers_wins(self):
        asked = self.ask_permission()
        codes = []
        def answer():
            client = self.server.client()
            codes.append(client.answer(self.session, asked["question_id"], "once").status)
            client.close()
        threads = [threading.Thread(target=answer) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(codes), [204] + [409] * 7)

    def test_the_question_tool_asks_and_gets_the_answer(self):
        step = {"tool": "question", "input": {"question": "Which?", "options": ["red", "blue"]}}
        self.client.say(self.session, script(step, {"text": "thanks"}))
        asked = self.client.await_question(self.session)
        self.assertEqual((asked["purpose"], asked["question"], asked["options"], asked["multiple"]),
                         ("question", "Which?", ["red", "blue"], False))
        self.assertEqual(self.client.answer(self.session, asked["question_id"], "blue").status,
                         204)
        self.client.finish(self.session)
        part = [p for p in self.client.messages(self.session)[-1]["parts"]
                if p["type"] == "tool"][0]
        self.assertIn("blue", part["output"])

    def test_several_answers_to_a_multiple_question(self):
        step = {"tool": "question",
                "input": {"question": "Which?", "options": ["a", "b", "c"], "multiple": True}}
        self.client.say(self.session, script(step))
        asked = self.client.await_question(self.session)
        self.assertTrue(asked["multiple"])
        self.assertEqual(
            self.client.answer(self.session, asked["question_id"], ["a", "c"]).status, 204)
        self.client.finish(self.session)
        output = self.client.messages(self.session)[-1]["parts"][0]["output"]
        self.assertIn("a", output)
        self.assertIn("c", output)

    def test_a_waiting_question_keeps_its_id_over_a_restart(self):
        asked = self.ask_permission()
        self.server.restart()
        self.client = self.server.client()
        self.assertEqual(self.client.await_question(self.session), asked)
        with self.open() as source:
            shown = source.until("user_question")[-1]
            self.assertEqual(shown.data["question_id"], asked["question_id"])
        self.assertEqual(self.client.answer(self.session, asked["question_id"], "once").status,
                         204)
        self.assertEqual(self.client.finish(self.session)["state"], "succeeded")

    def test_a_stream_that_starts_later_repeats_the_question_without_an_id(self):
        asked = self.ask_permission()
        last = self.client.expect(200, "GET", self.path)["last_event_id"]
        with self.open(last_id=last) as source:
            shown = source.next()
            self.assertEqual((shown.name, shown.id), ("user_question", None))
            self.assertEqual(shown.data["question_id"], asked["question_id"])


class Branches(TurnTest):
    def test_a_branch_has_the_past_and_its_own_future(self):
        for i in range(3):
            self.client.run(self.session, script({"text": f"answer {i}"}))
        history = self.client.messages(self.session)
        point = history[3]["id"]
        reply = self.client.post(self.path + "/branch", {"message_id": point, "title": "Side"})
        self.assertEqual(reply.status, 201, reply.body)
        made = reply.json
        self.assertEqual((made["parent_id"], made["branch_point_message_id"], made["title"]),
                         (self.session, point, "Side"))
        copied = self.client.messages(made["id"])
        self.assertEqual([m["content"] for m in copied], [m["content"] for m in history[:4]])
        self.client.run(made["id"], script({"text": "another way"}))
        self.assertEqual(self.client.messages(self.session), history)
        self.assertEqual(self.client.json("DELETE", self.path).status, 204)
        self.assertEqual(len(self.client.messages(made["id"])), 6)

    def test_errors(self):
        path = self.path + "/branch"
        self.assert_error(self.client.post(path, {}), 400, "missing_field", "message_id")
        self.assert_error(self.client.post(path, {"message_id": "msg_none"}), 404,
                          "message_not_found")


if __name__ == "__main__":
    main()
