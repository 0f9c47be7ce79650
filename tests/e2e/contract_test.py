"""The door and the routes that tell of the host: what succeeds, what fails and how. Sessions,
agents and settings are in session_contract_test.py, turns and streams in files of their own."""

import json
import re

from harness import ServerTest, main, raw_exchange, script

NO_SESSION = "ses_00000000000000000000000000"


class TheDoor(ServerTest):
    def raw(self, *lines, body=b""):
        host = f"Host: 127.0.0.1:{self.server.port}"
        text = "\r\n".join(lines).replace("HOST", host).encode()
        got = raw_exchange(self.server.port, text + b"\r\n\r\n" + body)
        self.assertTrue(got, "an empty reply")
        return int(got.split()[1]), got

    def test_health_tells_status_and_version(self):
        reply = self.client.get("/health")
        self.assertEqual(reply.status, 200)
        self.assertEqual(reply.json["status"], "ok")
        self.assertTrue(reply.json["version"])

    def test_ready_answers_once_the_parts_do(self):
        reply = self.client.get("/ready")
        self.assertEqual((reply.status, reply.json), (200, {"status": "ready"}))

    def test_an_unknown_path_is_404(self):
        self.assert_error(self.client.get("/nowhere"), 404, "not_found")
        self.assert_error(self.client.get("/sessions/"), 404)
        self.assert_error(self.client.post("/sessions/x/y/z", {}), 404)

    def test_a_wrong_method_is_405_and_names_the_right_ones(self):
        cases = {"/health": {"GET"}, "/sessions": {"GET", "POST"},
                 f"/sessions/{NO_SESSION}": {"GET", "PATCH", "DELETE"},
                 f"/sessions/{NO_SESSION}/messages": {"GET", "POST"},
                 f"/sessions/{NO_SESSION}/answer": {"POST"}, "/settings/a": {"GET", "PUT"},
                 "/models/refresh": {"POST"}, "/agents/engineer": {"GET", "PUT", "DELETE"}}
        for path, methods in cases.items():
            wrong = "PATCH" if "PATCH" not in methods else "PUT"
            with self.subTest(path=path):
                reply = self.client.json(wrong, path, {})
                self.assert_error(reply, 405, "method_not_allowed")
                allowed = {word.strip() for word in reply.headers["allow"].split(",")}
                self.assertEqual(allowed - {"HEAD", "OPTIONS"}, methods)

    def test_an_unknown_method_gets_an_answer(self):
        status, _ = self.raw("BREW /health HTTP/1.1", "HOST")
        self.assertIn(status, (400, 405, 501))

    def test_a_body_that_is_not_json_by_type_is_415(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded",
                     "multipart/form-data; boundary=x"):
            with self.subTest(kind=kind):
                reply = self.client.send("POST", "/sessions", b"{}", {"Content-Type": kind})
                self.assert_error(reply, 415, "unsupported_media")

    def test_a_body_in_another_charset_is_415(self):
        for charset in ("latin1", '"UTF-16"', "windows-1252; x=y"):
            with self.subTest(charset=charset):
                reply = self.client.send("POST", "/sessions", '{"title":"é"}'.encode("latin-1"), {
                    "Content-Type": f"application/json; x=y; Charset={charset}"})
                self.assert_error(reply, 415, "unsupported_media")
                self.assertIn("UTF-8", reply.json["error"])

    def test_a_charset_beside_the_type_is_welcome(self):
        reply = self.client.send("POST", "/sessions", b"{}",
                                 {"Content-Type": "application/json; charset=utf-8"})
        self.assertEqual(reply.status, 201)

    def test_bodies_that_are_no_json_object_are_400(self):
        deep = b'{"metadata":' + b"[" * 70 + b"]" * 70 + b"}"
        for body in (b"{", b"[]", b"null", b'"x"', b"1", b'{"title":"\xff"}', b'{} {}', deep,
                     b'{"title":"\\ud800"}', b"\x00"):
            with self.subTest(body=body[:30]):
                reply = self.client.send("POST", "/sessions", body,
                                         {"Content-Type": "application/json"})
                self.assert_error(reply, 400)

    def test_an_empty_body_means_defaults(self):
        made = self.client.send("POST", "/sessions", b"", {"Content-Type": "application/json"})
        self.assertEqual(made.status, 201)
        self.assertEqual(self.client.send("POST", "/sessions").status, 201)

    def test_a_wrong_type_names_the_field(self):
        for field, value in (("agent_id", 1), ("model_id", []), ("title", {}),
                             ("workspace", True)):
            with self.subTest(field=field):
                self.assert_error(self.client.post("/sessions", {field: value}), 400,
                                  "wrong_type", field)

    def test_unknown_fields_are_ignored(self):
        self.client.expect(201, "POST", "/sessions", {"flavour": "new"})

    def test_a_body_over_the_limit_is_413(self):
        status, got = self.raw("POST /sessions HTTP/1.1", "HOST", "Content-Type: application/json",
                               f"Content-Length: {33 * 1024 * 1024}")
        self.assertEqual(status, 413, got[:200])
        self.assertIn(b'"code":"body_too_large"', got)
        self.assertIn(b'"limit":', got)

    def test_a_big_body_within_the_limit_is_read_whole(self):
        session = self.client.new_session()["id"]
        content = "x" * (8 * 1024 * 1024)
        self.client.run(session, script({"text": "read"}) + content)
        said = [m for m in self.client.messages(session) if m["role"] == "user"]
        self.assertTrue(said[0]["content"].endswith(content))

    def test_a_foreign_host_is_421(self):
        for host in ("evil.example", f"evil.example:{self.server.port}", "127.0.0.1:1"):
            with self.subTest(host=host):
                reply = self.client.get("/health", {"Host": host})
                self.assert_error(reply, 421, "host_not_allowed")

    def test_the_loopback_names_are_ours(self):
        for name in ("127.0.0.1", "localhost", "[::1]"):
            with self.subTest(name=name):
                reply = self.client.get("/health", {"Host": f"{name}:{self.server.port}"})
                self.assertEqual(reply.status, 200)

    def test_a_missing_or_second_host_is_400(self):
        self.assertEqual(self.raw("GET /health HTTP/1.1")[0], 400)
        self.assertEqual(self.raw("GET /health HTTP/1.1", "HOST", "HOST")[0], 400)

    def test_a_foreign_origin_is_403(self):
        for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"},
                        {"Sec-Fetch-Site": "cross-site"}):
            with self.subTest(headers=headers):
                reply = self.client.post("/sessions", {}, headers)
                self.assert_error(reply, 403, "origin_not_allowed")
                self.assert_error(self.client.get("/config", headers), 403)

    def test_https_is_another_origin(self):
        for name in ("127.0.0.1", "localhost", "[::1]"):
            reply = self.client.post("/sessions", {}, {"Origin":
                                                       f"https://{name}:{self.server.port}"})
            self.assert_error(reply, 403, "origin_not_allowed")

    def test_every_answer_has_a_request_id(self):
        mine = self.client.get("/health", {"X-Request-Id": "mine.1_a-b"})
        self.assertEqual(mine.headers["x-request-id"], "mine.1_a-b")
        new = {self.client.get("/nowhere").headers["x-request-id"] for _ in range(10)}
        self.assertEqual(len(new), 10)
        for bad in ("x" * 129, "a b", "a/b"):
            given = self.client.get("/health", {"X-Request-Id": bad}).headers["x-request-id"]
            self.assertRegex(given, r"^[A-Za-z0-9._-]{1,128}$")
        raw = raw_exchange(self.server.port, b"rubbish\r\n\r\n")
        self.assertRegex(raw, rb"\r\nX-Request-Id: [A-Za-z0-9._-]+\r\n")

    def test_our_own_origin_is_welcome_and_gets_no_cors_header(self):
        origin = f"http://127.0.0.1:{self.server.port}"
        reply = self.client.post("/sessions", {}, {"Origin": origin,
                                                   "Sec-Fetch-Site": "same-origin"})
        self.assertEqual(reply.status, 201)
        self.assertNotIn("access-control-allow-origin", reply.headers)

    def test_ambiguous_framing_is_refused(self):
        both = self.raw("POST /sessions HTTP/1.1", "HOST", "Content-Type: application/json",
                        "Content-Length: 2", "Transfer-Encoding: chunked",
                        body=b"2\r\n{}\r\n0\r\n\r\n")
        self.assertEqual(both[0], 400)
        twice = self.raw("POST /sessions HTTP/1.1", "HOST", "Content-Type: application/json",
                         "Content-Length: 2", "Content-Length: 3", body=b"{}")
        self.assertEqual(twice[0], 400)

    def test_a_chunked_body_is_read(self):
        status, got = self.raw("POST /sessions HTTP/1.1", "HOST", "Content-Type: application/json",
                               "Transfer-Encoding: chunked", "Connection: close",
                               body=b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")
        self.assertEqual(status, 201, got[:300])

    def test_a_head_that_is_too_large_gets_an_answer(self):
        status, _ = self.raw("GET /health HTTP/1.1", "HOST", "X: " + "y" * 70000)
        self.assertIn(status, (400, 431))
        status, _ = self.raw("GET /" + "y" * 9000 + " HTTP/1.1", "HOST")
        self.assertIn(status, (400, 414, 431))

    def test_rubbish_gets_an_answer(self):
        for line in ("rubbish", "GET", "GET /health HTTP/9.9", "\x16\x03\x01\x02"):
            with self.subTest(line=line):
                self.assertIn(self.raw(line)[0], (400, 405, 505))

    def test_pipelined_requests_are_answered_in_order(self):
        host = f"Host: 127.0.0.1:{self.server.port}\r\n"
        got = raw_exchange(self.server.port, (
            f"GET /settings/none HTTP/1.1\r\n{host}\r\n"
            f"GET /health HTTP/1.1\r\n{host}Connection: close\r\n\r\n").encode())
        self.assertEqual(re.findall(rb"HTTP/1.1 (\d+)", got), [b"404", b"200"])


class TheHost(ServerTest):
    def test_config_tells_what_runs(self):
        config = self.client.expect(200, "GET", "/config")
        self.assertTrue(config["version"])
        self.assertEqual(config["default_agent"], "engineer")
        self.assertEqual(config["tool_count"], len(config["tools"]))
        self.assertIn("bash", json.dumps(config["tools"]))
        self.assertIsInstance(config["mcp_servers"], list)
        self.assertIn("sim", [provider["id"] for provider in config["providers"]])
        self.assertIsInstance(config["workspace_roots"], list)
        self.assertIn("limits", config)

    def test_models_are_a_flat_list_whose_ids_a_session_takes(self):
        models = self.client.expect(200, "GET", "/models")
        self.assertIn("sim/koda", [model["id"] for model in models])
        for model in models:
            self.assertEqual(model["id"].split("/")[0], model["provider_id"])
            for key in ("provider_name", "name", "context_size", "reasoning", "tool_call", "vision",
                        "cost_input", "cost_output"):
                self.assertIn(key, model)
            made = self.client.new_session(model_id=model["id"])
            self.assertEqual(made["model_id"], model["id"])

    def test_models_refresh_answers_the_list(self):
        models = self.client.expect(200, "POST", "/models/refresh")
        self.assertIn("sim/koda", [model["id"] for model in models])


if __name__ == "__main__":
    main()
