"""The small rules of requests and their answers: which field is at fault, what a method, a key, a
filter or a proxy's header means, and what a permission question tells."""

import base64
import json
import re
import unittest
from urllib.parse import quote

import fake_openai as fake
from harness import Server, ServerTest, bash, main, raw_exchange, script
from sse import replay
from session_fixture import TurnTest

NO_SESSION = "ses_00000000000000000000000000"


class Fields(TurnTest):
    def post(self, **body):
        return self.client.post(self.path + "/messages", body)

    def test_a_fault_in_an_attachment_names_its_place(self):
        text = {"data": base64.b64encode(b"text").decode()}
        rows = [([{}], "attachments[0]", "invalid_value"),
                ([text, {}], "attachments[1]", "invalid_value"),
                ([5], "attachments[0]", "wrong_type"),
                ([text, "x"], "attachments[1]", "wrong_type"),
                ([text, {"path": 5}], "attachments[1].path", "wrong_type"),
                ([{"data": []}], "attachments[0].data", "wrong_type"),
                ([{"data": "e", "name": 1}], "attachments[0].name", "wrong_type"),
                ([{**text, "mime_type": {}}], "attachments[0].mime_type", "wrong_type"),
                ([text, {"path": "x" * 9000}], "attachments[1].path", "invalid_value"),
                ([{**text, "name": "x" * 9000}], "attachments[0].name", "invalid_value"),
                ([text, {**text, "mime_type": "t/" + "x" * 9000}], "attachments[1].mime_type",
                 "invalid_value"),
                ({}, "attachments", "wrong_type"), ("x", "attachments", "wrong_type")]
        rows += [([text, {**text, "mime_type": kind}], "attachments[1].mime_type", "invalid_value")
                 for kind in ("not a type", "text", "text/", "/plain", "text/plain/x", "a b/c",
                              "text/pl\tain", "täxt/plain", ";", "/")]
        for attachments, field, code in rows:
            with self.subTest(attachments=str(attachments)[:80]):
                self.assert_error(self.post(content="x", attachments=attachments), 400, code,
                                  field)
        self.assertEqual(self.client.messages(self.session), [])
        for kind in ("text/plain", "TEXT/Markdown; charset=utf-8", "application/json",
                     "application/octet-stream", "application/vnd.x+json", ""):
            self.assertEqual(self.post(content=script({"text": "a"}), when_busy="queue",
                                       attachments=[{**text, "mime_type": kind}]).status, 202, kind)

    def test_who_asks_for_what_is_not_there_is_told_by_which_field(self):
        for query, field in (("before=zzz", "before"), ("after=zzz", "after"),
                             ("before=", "before"), ("order=desc&after=msg_x", "after")):
            self.assert_error(self.client.get(self.path + "/messages?" + query), 404,
                              "message_not_found", field)
        self.assert_error(self.client.get(self.path + "/turn?operation_id=turn_x"), 404,
                          "turn_not_found", "operation_id")
        self.assertNotIn("field", self.assert_error(self.client.get(self.path + "/turn"), 404,
                                                    "turn_not_found"))
        self.assert_error(self.client.post(self.path + "/branch", {"message_id": "msg_x"}), 404,
                          "message_not_found", "message_id")
        for name in ("q_x", "", "q" * 5000):
            self.assert_error(self.client.answer(self.session, name, "once"), 404,
                              "question_not_found", "question_id")

    def test_every_wrong_parameter_is_named(self):
        for path, field in ((f"{self.path}/messages?limit=0", "limit"),
                            (f"{self.path}/messages?limit=1e2", "limit"),
                            (f"{self.path}/messages?order=", "order"),
                            (f"{self.path}/stream?until=x", "until"),
                            ("/sessions?limit=-1", "limit"), ("/sessions?status=", "status"),
                            ("/sessions?cursor=x", "cursor"), ("/agents?limit=x", "limit"),
                            ("/models?limit=0", "limit"), ("/settings?limit=%20", "limit")):
            with self.subTest(path=path):
                self.assert_error(self.client.get(path), 400, "invalid_value", field)

    def test_an_idempotency_key_is_one_word(self):
        count = len(self.client.get("/sessions?limit=1000").json)
        for key in ("", " ", "x" * 256):
            for path, body in (("/sessions", {}), (self.path + "/messages", {"content": "x"}),
                               (self.path + "/branch", {"message_id": "msg_x"}),
                               (self.path + "/answer", {"question_id": "q", "response": "x"})):
                with self.subTest(key=key, path=path):
                    self.assert_error(self.client.post(path, body, {"Idempotency-Key": key}), 400,
                                      "invalid_value", "Idempotency-Key")
        got = raw_exchange(self.server.port, (
            f"POST /sessions HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\n"
            "Idempotency-Key: a\r\nIdempotency-Key: b\r\nConnection: close\r\n\r\n").encode())
        self.assertTrue(got.startswith(b"HTTP/1.1 400 "), got)
        self.assertIn(b'"field":"Idempotency-Key"', got)
        self.assertEqual(len(self.client.get("/sessions?limit=1000").json), count)


class Methods(ServerTest):
    def test_options_tells_the_methods(self):
        for path, allowed in (("/sessions", "GET, HEAD, OPTIONS, POST"),
                              ("/health", "GET, HEAD, OPTIONS"),
                              (f"/sessions/{NO_SESSION}", "DELETE, GET, HEAD, OPTIONS, PATCH"),
                              (f"/sessions/{NO_SESSION}/cancel", "OPTIONS, POST"),
                              ("*", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")):
            with self.subTest(path=path):
                reply = self.client.send("OPTIONS", path)
                self.assertEqual((reply.status, reply.body), (204, b""))
                self.assertEqual(", ".join(sorted(reply.headers["allow"].split(", "))), allowed)
                self.assertIn("x-request-id", reply.headers)
        self.assert_error(self.client.send("OPTIONS", "/nowhere"), 404, "not_found")
        for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
            refused = self.client.send("OPTIONS", "/sessions", None, headers)
            self.assertIn(refused.status, (403, 421))

    def test_head_is_get_without_the_body(self):
        for path in ("/health", "/config", "/sessions", "/agents", "/models", "/nowhere",
                     f"/sessions/{NO_SESSION}", f"/sessions/{NO_SESSION}/stream"):
            with self.subTest(path=path):
                full, head = self.client.get(path), self.client.send("HEAD", path)
                self.assertEqual((head.status, head.body), (full.status, b""))
                for name in ("content-type", "content-length"):
                    self.assertEqual(head.headers.get(name), full.headers.get(name))
        refused = self.client.send("HEAD", f"/sessions/{NO_SESSION}/cancel")
        self.assertEqual(refused.status, 405)
        self.assertEqual(refused.headers["allow"], "POST, OPTIONS")

    def ask(self, target, *headers):
        lines = [f"GET {target} HTTP/1.1", *headers, "Connection: close"]
        got = raw_exchange(self.server.port, "\r\n".join(lines).encode() + b"\r\n\r\n")
        self.assertRegex(got, rb"\r\nX-Request-Id: [A-Za-z0-9._-]+\r\n")
        return int(got.split()[1])

    def test_a_target_in_absolute_form_speaks_for_itself(self):
        own = f"127.0.0.1:{self.server.port}"
        for target, host, status in (
                (f"http://{own}/health", own, 200), (f"HTTP://{own}/health", own, 200),
                (f"http://localhost:{self.server.port}/health?x=y", own, 200),
                # RFC 9112 3.2.2: what the target says counts, not what Host says.
                (f"http://{own}/health", "evil.example", 200),
                ("http://evil.example/health", own, 421),
                (f"http://evil.example:{self.server.port}/health", own, 421),
                (f"http://{own}/nowhere", own, 404), (f"http://x@{own}/health", own, 400),
                ("http:///health", own, 400), (f"https://{own}/health", own, 400)):
            with self.subTest(target=target, host=host):
                self.assertEqual(self.ask(target, f"Host: {host}"), status)
        self.assertEqual(self.ask(f"http://{own}/health"), 400)
        self.assertEqual(self.ask(f"http://{own}/health", f"Host: {own}", f"Host: {own}"), 400)


    def test_every_refusal_has_a_request_id(self):
        own = f"Host: 127.0.0.1:{self.server.port}\r\n"
        mine = own + "X-Request-Id: mine.1\r\n"
        posted = f"POST /sessions HTTP/1.1\r\n{mine}"
        rows = (("rubbish\r\n\r\n", 400, False), ("GET /health HTTP/1.1\r\n\r\n", 400, False),
                (f"GET /health HTTP/1.1\r\n{own}{mine}\r\n", 400, True),
                (f"GET /nowhere HTTP/1.1\r\n{mine}\r\n", 404, True),
                (f"PUT /sessions HTTP/1.1\r\n{mine}\r\n", 405, True),
                (f"BREW / HTTP/1.1\r\n{mine}\r\n", 405, False),
                (posted + "Content-Length: 99999999999\r\n\r\n", 413, True),
                (posted + "Content-Length: 2\r\n\r\n{}", 415, True),
                (posted + "Expect: wonders\r\n\r\n", 417, True),
                (posted + "Content-Length: x\r\n\r\n", 400, True),
                (f"POST /sessions HTTP/1.0\r\n{mine}Transfer-Encoding: chunked\r\n\r\n", 400,
                 True),
                (f"GET /health HTTP/1.1\r\n{mine}Origin: http://evil.example\r\n\r\n", 403, True),
                ("GET /health HTTP/1.1\r\nHost: evil.example\r\nX-Request-Id: mine.1\r\n\r\n", 421,
                 True),
                (f"GET /{'y' * 9000} HTTP/1.1\r\n{mine}\r\n", 414, False),
                (f"GET / HTTP/1.1\r\n{mine}X: {'y' * 70000}\r\n\r\n", 431, False),
                (f"GET / HTTP/9.9\r\n{mine}\r\n", 505, False))
        for text, status, keeps_mine in rows:
            with self.subTest(text=text[:80]):
                got = raw_exchange(self.server.port, text.encode())
                self.assertEqual(int(got.split()[1]), status)
                given, = re.findall(rb"\r\nX-Request-Id: ([A-Za-z0-9._-]+)\r\n", got)
                if keeps_mine:
                    self.assertEqual(given, b"mine.1")


class Lists(ServerTest):
    def ids(self, query):
        return [one["id"] for one in self.client.expect(200, "GET", f"/sessions?{query}")]

    def test_a_search_knows_small_and_capital_letters(self):
        for title, sought in (("Größe ÄNDERN", "GRÖSSE ä"), ("Größe ÄNDERN", "größe änd"),
                              ("Ёлка в Москве", "ёЛКА В мОСК"), ("ΑΘΗΝΑ", "αθηνα"),
                              ("İstanbul Çağ", "çağ"), ("Łódź", "łÓDŹ")):
            made = self.client.new_session(title=title)["id"]
            found = self.ids(f"limit=1000&q={quote(sought)}")
            # One letter is one letter: ß is not ss.
            self.assertEqual(made in found, "SS" not in sought, (title, sought))
            self.assertEqual(self.ids(f"q={made[4:].lower()}"), [made])

    def test_a_workspace_is_found_however_it_is_written(self):
        inner = self.server.workspace / "inner folder"
        inner.mkdir()
        made = self.client.new_session(workspace=str(inner))["id"]
        root = str(self.server.workspace.resolve())
        for form in ("/inner folder", "/inner folder/", "/inner folder//", "//inner folder",
                     "/./inner folder/.", "/x/../inner folder"):
            with self.subTest(form=form):
                self.assertEqual(self.ids("workspace=" + quote(root + form, safe="")), [made])
        for form in ("/inner", "/inner folder/x", "/INNER FOLDER", ""):
            self.assertNotIn(made, self.ids("workspace=" + quote(root + form, safe="")))

    def test_behind_a_proxys_path_the_links_lead_back(self):
        below = {"X-Forwarded-Prefix": "/tools/kodad/"}
        made = self.client.post("/sessions", {}, below)
        self.assertEqual(made.headers["location"], f"/tools/kodad/sessions/{made.json['id']}")
        self.client.new_session()
        link = self.client.get("/sessions?limit=1", below).headers["link"]
        self.assertRegex(link, r'^</tools/kodad/sessions\?cursor=[^>]+&limit=1>; rel="next"$')
        for bad in ("//evil.example", "https://evil.example", "/a>b", "x"):
            reply = self.client.post("/sessions", {}, {"X-Forwarded-Prefix": bad})
            self.assertEqual(reply.headers["location"], f"/sessions/{reply.json['id']}")


class Permissions(TurnTest):
    def ask(self, step):
        self.client.say(self.session, script(step, {"text": "done"}))
        return self.client.await_question(self.session)

    def answer(self, asked, response, **more):
        return self.client.post(self.path + "/answer", {
            "question_id": asked["question_id"], "response": response, **more})

    def test_the_question_shows_what_it_is_about(self):
        asked = self.ask(bash("git commit -m fix; rm -rf *.tmp"))
        self.assertEqual(asked["question"], "Allow bash: git commit -m fix; rm -rf *.tmp?")
        self.assertEqual(asked["options"], ["once", "always", "reject"])
        self.assertNotIn("broader_pattern", asked)
        shown = [event for event in replay(self.server, self.session)
                 if event.name == "user_question"][0]
        self.assertEqual(shown.data, asked)
        self.answer(asked, "reject")
        self.client.finish(self.session)
        asked = self.ask(bash("rm " + "ä" * 3000))
        self.assertLess(len(asked["question"]), 450)
        self.assertTrue(asked["question"].endswith("ä…?"), asked["question"])
        self.assertIn("ä" * 3000, json.loads(asked["input"])["command"])

    def test_always_may_mean_a_broader_rule(self):
        asked = self.ask(bash("rm first.tmp"))
        self.assertEqual((asked["suggested_pattern"], asked["broader_pattern"]),
                         ("rm first.tmp", "rm *"))
        for response, pattern in (("always", "*"), ("always", "rm second.tmp"), ("always", ""),
                                  ("once", "rm *"), ("reject", "rm *"), (["always", "x"], "rm *")):
            self.assert_error(self.answer(asked, response, pattern=pattern), 400, "invalid_value",
                              "pattern")
        self.assert_error(self.answer(asked, "always", pattern=5), 400, "wrong_type", "pattern")
        self.assertEqual(self.answer(asked, "always", pattern="rm *").status, 204)
        self.assertEqual(self.client.finish(self.session)["state"], "succeeded")
        self.server.restart()
        self.client = self.server.client()
        self.assertEqual(self.client.run(self.session, script(bash("rm -f other")))["state"],
                         "succeeded")
        again = self.ask(bash("rm x; cd ../y"))
        self.assertEqual(again["question"], "Allow bash: rm x; cd ../y?")

    def test_always_alone_means_this_very_call(self):
        self.assertEqual(self.answer(self.ask(bash("rm a.tmp")), "always").status, 204)
        self.client.finish(self.session)
        self.assertEqual(self.ask(bash("rm b.tmp"))["suggested_pattern"], "rm b.tmp")


class Retries(unittest.TestCase):
    def test_no_attempt_is_beyond_the_last(self):
        provider = fake.FakeOpenAI(fake.refuse(500, "broken"), fake.say("well"))
        self.addCleanup(provider.close)
        config = provider.config(max_retries=0).replace(
            "      - id: fake-model\n", "      - id: other\n      - id: fake-model\n")
        server = Server(config + "fallback_models: [fake/other]\n")
        self.addCleanup(server.close)
        client = server.client()
        session = client.new_session(model_id=f"fake/{fake.MODEL}", title="T")["id"]
        self.assertEqual(client.run(session, "hello")["state"], "succeeded")
        told, = [event.data for event in replay(server, session) if event.name == "retry"]
        self.assertEqual((told["attempt"], told["max_attempts"], told["model_id"]),
                         (1, 1, "fake/other"))


if __name__ == "__main__":
    main()
