"""Bounds of what clients may say and of what a page holds; the order of ids; what is kept of a
request with an idempotency key."""

import json
import re
import unittest

from harness import Server, ServerTest, main, script

PAGE = 4 * 1024 * 1024


class FieldBounds(ServerTest):
    def refuse(self, reply, field, status=400):
        self.assert_error(reply, status, None, field)
        self.assertGreater(reply.json["limit"], 0)

    def test_fields_of_sessions(self):
        self.client.expect(201, "POST", "/sessions", {"title": "t" * 1024,
                                                      "metadata": {"m": "x" * 16000}})
        for field, value in (("title", "t" * 1025), ("metadata", {"m": "x" * 17000}),
                             ("workspace", "/" * 5000), ("agent_id", "a" * 300),
                             ("model_id", "m" * 300)):
            with self.subTest(field=field):
                before = len(self.client.get("/sessions").json)
                self.refuse(self.client.post("/sessions", {field: value}), field)
                self.assertEqual(len(self.client.get("/sessions").json), before)
        session = self.client.new_session(title="kept")["id"]
        for field, value in (("title", "é" * 600), ("metadata", {"m": ["x"] * 9000})):
            with self.subTest(patch=field):
                self.refuse(self.client.json("PATCH", f"/sessions/{session}", {field: value}),
                            field)
        self.assertEqual(self.client.get(f"/sessions/{session}").json["title"], "kept")

    def test_a_message_too_long_is_413(self):
        session = self.client.new_session()["id"]
        reply = self.client.post(f"/sessions/{session}/messages",
                                 {"content": "x" * (16 * 1024 * 1024 + 1)})
        self.refuse(reply, "content", 413)
        self.assertEqual(self.client.messages(session), [])

    def test_fields_of_agents_and_settings(self):
        for field, value in (("name", "n" * 300), ("description", "d" * 5000),
                             ("system_prompt", "p" * 70_000), ("tools", ["read"] * 300),
                             ("deny_tools", ["x" * 300]), ("model", "m" * 300),
                             ("skills", {"allow": ["s" * 300]}),
                             ("permission", {"bash": {"p" * 5000: "ask"}})):
            with self.subTest(field=field):
                reply = self.client.post("/agents", {"id": "long", field: value})
                self.assertEqual(reply.status, 400, reply.body)
                self.assertTrue(reply.json["field"].startswith(field))
                self.assertEqual(self.client.get("/agents/long").status, 404)
        self.refuse(self.client.json("PUT", "/settings/k", {"value": "v" * 70_000}), "value")


class Counts(unittest.TestCase):
    """What a client can make ever more of ends somewhere, with a word."""

    def test_settings_end_and_those_that_are_there_can_still_be_put(self):
        with Server() as server:
            client = server.client()
            made = 0
            reply = client.json("PUT", "/settings/key0", {"value": 0})
            while reply.status == 200:
                made += 1
                reply = client.json("PUT", f"/settings/key{made}", {"value": made})
            self.assertEqual(made, 1000)
            self.assertEqual((reply.status, reply.json["code"]), (507, "storage_full"))
            self.assertEqual((reply.json["field"], reply.json["limit"]), ("key", 1000))
            self.assertIn("put one that is there", reply.json["error"])
            client.expect(404, "GET", f"/settings/key{made}")
            client.expect(200, "PUT", "/settings/key0", {"value": "again"})
            server.restart()
            client = server.client()
            client.expect(507, "PUT", "/settings/one_more", {"value": 1})
            client.expect(200, "PUT", "/settings/key1", {"value": "again"})
            self.assertEqual(len(client.expect(200, "GET", "/settings")), 1000)

    def test_a_session_remembers_a_bounded_number_of_rules(self):
        with Server("version: 1\npermission: {write: ask}\n") as server:
            client = server.client()
            session = client.new_session(title="Titled")["id"]
            calls = [{"tool": "write", "input": {"path": f"f{i}.txt", "content": "x"}}
                     for i in range(230)]
            reply = None
            for _ in range(2):
                client.say(session, script(*calls))
                for call in calls:
                    asked = client.await_question(session)["question_id"]
                    reply = client.answer(session, asked, "always")
                    if reply.status != 204:
                        break
                if reply.status != 204:
                    break
                client.finish(session)
                calls = [{"tool": "write", "input": {"path": f"g{i}.txt", "content": "x"}}
                         for i in range(60)]
            self.assertEqual((reply.status, reply.json["code"]), (400, "invalid_value"))
            self.assertEqual((reply.json["field"], reply.json["limit"]), ("response", 256))
            self.assertEqual(client.answer(session, asked, "once").status, 204)


class Pages(ServerTest):
    def pages(self, path):
        """The items of each page, following the links."""
        out = []
        while path:
            reply = self.client.get(path)
            self.assertEqual(reply.status, 200, reply.body[:300])
            out.append(reply)
            link = re.search('<([^>]+)>; rel="next"', reply.headers.get("link", ""))
            path = link and link.group(1)
        return out

    def test_messages_end_at_4_mib(self):
        session = self.client.new_session()["id"]
        for _ in range(6):
            self.client.run(session, script({"text": "read"}) + "x" * 700_000)
        self.client.run(session, script({"text": "read"}) + "y" * 5_000_000)
        pages = self.pages(f"/sessions/{session}/messages")
        numbers = [m["id"] for page in pages for m in page.json]
        self.assertEqual(len(numbers), 14)
        self.assertEqual(numbers, sorted(numbers))
        for page in pages:
            self.assertTrue(len(page.body) <= PAGE or len(page.json) == 1, len(page.body))
        self.assertEqual([len(p.json) for p in pages if len(p.body) > PAGE], [1])
        newest = self.client.get(f"/sessions/{session}/messages?before={numbers[-2]}").json
        self.assertEqual(newest[-1]["id"], numbers[-3])

    def test_agents_settings_and_models_come_in_pages(self):
        for i in range(70):
            self.client.expect(201, "POST", "/agents",
                               {"id": f"page{i:02}", "system_prompt": "p" * 65_000})
            self.client.expect(200, "PUT", f"/settings/page{i:02}", {"value": "v" * 62_000})
        for path, key in (("/agents", "id"), ("/settings", "key")):
            with self.subTest(path=path):
                pages = self.pages(path)
                self.assertGreater(len(pages), 1)
                self.assertTrue(all(len(page.body) <= PAGE for page in pages))
                names = [x[key] for page in pages for x in page.json]
                self.assertEqual(len(set(names)), len(names))
                self.assertEqual(len([n for n in names if n.startswith("page")]), 70)
        for path in ("/agents", "/settings", "/models"):
            with self.subTest(limit=path):
                whole = [x for page in self.pages(path) for x in page.json]
                pages = self.pages(path + "?limit=2")
                self.assertTrue(all(len(page.json) <= 2 for page in pages))
                self.assertEqual([x for page in pages for x in page.json], whole)
                self.assert_error(self.client.get(path + "?limit=0"), 400, None, "limit")


class Ids(unittest.TestCase):
    def test_a_question_sorts_before_its_answer_and_restarts_go_on(self):
        with Server() as server:
            client = server.client()
            session = client.new_session()["id"]
            sessions = [session]
            for _ in range(4):
                turn = client.run(session, script({"text": "a"}))
                server.restart()
                client = server.client()
                sessions.append(client.new_session()["id"])
            said = client.messages(session)
            self.assertEqual([m["role"] for m in said], ["user", "assistant"] * 4)
            self.assertEqual([m["id"] for m in said], sorted(m["id"] for m in said))
            self.assertEqual(said[-1]["id"], turn["message_id"])
            self.assertEqual(sessions, sorted(sessions))


class Repeats(unittest.TestCase):
    def test_no_request_is_kept_and_the_answer_is(self):
        secret = "hunter2-" + "s" * 400
        with Server() as server:
            client = server.client()
            key = {"Idempotency-Key": "one"}
            session = client.new_session()["id"]
            path = f"/sessions/{session}/messages"
            body = {"content": script({"text": "a"}), "variant": "low", "ignored": secret}
            first = client.post(path, body, key)
            self.assertEqual(first.status, 202, first.body)
            client.finish(session)
            again = client.post(path, body, key)
            self.assertEqual((again.status, again.body), (first.status, first.body))
            other = client.post(path, {**body, "variant": "high"}, key)
            self.assertEqual(other.status, 422, other.body)
            made = client.post("/sessions", {"title": "t", "metadata": {"m": "x" * 15_000},
                                             "ignored": secret}, key)
            client.json("PATCH", f"/sessions/{made.json['id']}", {"title": "changed"})
            same = client.post("/sessions", {"title": "t", "metadata": {"m": "x" * 15_000},
                                             "ignored": secret}, key)
            self.assertEqual(json.loads(same.body), json.loads(made.body))
            server.restart()
            again = server.client().post(path, body, key)
            self.assertEqual((again.status, again.body), (first.status, first.body))
            server.terminate()
            kept = [f for f in server.state.rglob("*")
                    if f.is_file() and secret.encode() in f.read_bytes()]
            self.assertEqual(kept, [])


if __name__ == "__main__":
    main()
