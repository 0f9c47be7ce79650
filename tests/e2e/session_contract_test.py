"""Settings, agents and sessions, route by route: what succeeds, what fails and how."""

import json
import re
import threading

from harness import ServerTest, bash, main, script, until
from sse import stream

TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"
NO_SESSION = "ses_00000000000000000000000000"
USAGE = {"input_tokens", "output_tokens", "reasoning_tokens", "cache_read_tokens",
         "cache_write_tokens"}


class Settings(ServerTest):
    def test_any_json_is_kept_as_it_is(self):
        for value in (None, True, 0, -1, 1.5, "", "text é \U0001f600", [], {}, [1, {"a": None}],
                      12345678901234567890, {"b": 1, "a": 2}):
            with self.subTest(value=value):
                put = self.client.json("PUT", "/settings/tui.theme", {"value": value})
                self.assertEqual(put.status, 200)
                self.assertEqual(put.json, {"key": "tui.theme", "value": value})
                self.assertEqual(self.client.get("/settings/tui.theme").json, put.json)

    def test_a_key_with_an_id_in_it_is_one_key(self):
        self.client.expect(200, "PUT", "/settings/pins:ses_1", {"value": [1]})
        self.client.expect(200, "PUT", "/settings/a%2Fb%20c", {"value": 2})
        listed = {item["key"]: item["value"] for item in self.client.get("/settings").json}
        self.assertEqual(listed["pins:ses_1"], [1])
        self.assertEqual(listed["a/b c"], 2)

    def test_errors(self):
        self.assert_error(self.client.get("/settings/none"), 404, "setting_not_found")
        self.assert_error(self.client.json("PUT", "/settings/x", {}), 400, "missing_field",
                          "value")
        self.assert_error(self.client.json("PUT", "/settings/x", [1]), 400)
        for value, field in ((10 ** 40, "value"), (-10 ** 40, "value"), ([0, 2 ** 64], "value[1]"),
                             ({"a": 2 ** 64}, "value.a")):
            self.assert_error(self.client.json("PUT", "/settings/x", {"value": value}), 400,
                              "invalid_value", field)
        for path, field in (("/settings/x", "value"), ("/agents/x", "temperature")):
            reply = self.client.send("PUT", path, f'{{"{field}": 1e400}}'.encode(),
                                     {"Content-Type": "application/json"})
            self.assert_error(reply, 400, "invalid_value", field)
            self.assertIn("out of range", reply.json["error"])

    def test_a_name_in_the_path_is_text(self):
        before = self.client.get("/settings").json
        for bad in ("%ff", "a%00b", "%0a", "%7f", "%c3", "%ed%a0%80", "%c2%85", "a%1b[0m"):
            with self.subTest(bad=bad):
                self.assert_error(self.client.json("PUT", f"/settings/{bad}", {"value": 1}), 400,
                                  "invalid_value", "key")
                self.assert_error(self.client.get(f"/settings/{bad}"), 400, "invalid_value", "key")
                for path in (f"/sessions/{bad}", f"/sessions/{bad}/stream", f"/agents/{bad}",
                             f"/sessions/{bad}/messages"):
                    self.assert_error(self.client.get(path), 400, "invalid_value", "id")
                self.assert_error(self.client.json("PUT", f"/agents/{bad}", {"name": "x"}), 400,
                                  "invalid_value", "id")
                self.assert_error(self.client.post(f"/sessions/{bad}/cancel"), 400,
                                  "invalid_value", "id")
                self.assert_error(self.client.get(f"/sessions?workspace={bad}"), 400,
                                  "invalid_value", "workspace")
                self.assert_error(self.client.get(f"/nowhere/{bad}"), 400, "invalid_value", "path")
        self.assertEqual(self.client.get("/settings").json, before)
        for good in ("%C3%A4", "%F0%9F%8E%89", "a%20b", "%E2%80%A8"):
            self.client.expect(200, "PUT", f"/settings/{good}", {"value": good})
            self.assertEqual(self.client.get(f"/settings/{good}").json["value"], good)


class Agents(ServerTest):
    REVIEWER = {"id": "reviewer", "name": "reviewer", "description": "Code review agent",
                "tools": ["read", "grep", "glob", "search", "lsp", "git"],
                "system_prompt": "You are a careful code reviewer."}

    def test_the_builtins_are_listed_and_cannot_be_changed(self):
        agents = {agent["id"]: agent for agent in self.client.expect(200, "GET", "/agents")}
        self.assertTrue(agents["engineer"]["builtin"])
        self.assertEqual(agents["engineer"]["mode"], "primary")
        for agent in agents.values():
            for key in ("name", "description", "mode", "model", "tools", "deny_tools",
                        "permission", "skills", "system_prompt", "builtin", "source"):
                self.assertIn(key, agent)
        self.assert_error(self.client.json("DELETE", "/agents/engineer"), 403, "builtin_agent")
        self.assert_error(self.client.json("PUT", "/agents/engineer", {
            "name": "x", "description": "y", "system_prompt": "z"}), 403, "builtin_agent")

    def test_the_reviewer_example_works_as_written(self):
        made = self.client.post("/agents", self.REVIEWER)
        self.assertEqual(made.status, 201, made.body)
        for key, value in self.REVIEWER.items():
            self.assertEqual(made.json[key], value)
        self.assertFalse(made.json["builtin"])
        self.assertEqual(self.client.get("/agents/reviewer").json, made.json)
        self.assert_error(self.client.post("/agents", self.REVIEWER), 409, "agent_exists")
        session = self.client.new_session(agent_id="reviewer")
        self.assertEqual(session["agent_id"], "reviewer")

    def test_create_read_update_delete(self):
        permission = {"bash": {"*": "allow", "rm *": "ask"}, "write": "deny"}
        made = self.client.expect(201, "POST", "/agents", {
            "id": "night_owl", "name": "Night Owl", "description": "Works late",
            "system_prompt": "Work.", "permission": permission, "temperature": 0.5,
            "deny_tools": ["web_fetch"]})
        self.assertEqual(made["id"], "night_owl")
        self.assertEqual(made["permission"], permission)
        self.assertEqual(list(made["permission"]["bash"]), ["*", "rm *"])
        put = self.client.expect(200, "PUT", "/agents/night_owl", {
            "name": "Owl", "description": "Works", "system_prompt": "Rest.",
            "permission": permission, "deny_tools": []})
        self.assertEqual(put["name"], "Owl")
        self.assertEqual(self.client.get("/agents/night_owl").json["system_prompt"], "Rest.")
        self.assertEqual(self.client.json("DELETE", "/agents/night_owl").status, 204)
        self.assert_error(self.client.get("/agents/night_owl"), 404, "agent_not_found")
        self.assert_error(self.client.json("DELETE", "/agents/night_owl"), 404)

    def test_errors(self):
        good = {"id": "bad_one", "name": "n", "description": "d", "system_prompt": "s"}
        self.assert_error(self.client.post("/agents", {**good, "tools": "read"}), 400,
                          "wrong_type", "tools")
        self.assert_error(self.client.post("/agents", {**good, "mode": "boss"}), 400, None, "mode")
        self.assert_error(self.client.post("/agents", {**good, "permission": {"bash": "maybe"}}),
                          400)
        twice = json.dumps(good)[:-1] + ', "name": "again"}'
        self.assert_error(self.client.send("POST", "/agents", twice.encode(),
                                           {"Content-Type": "application/json"}), 400)
        self.assert_error(self.client.get("/agents/none"), 404, "agent_not_found")
        self.assert_error(self.client.json("PUT", "/agents/none", good), 404, "agent_not_found")
        for name in ("../escape", "", "a/b", "x" * 300):
            self.assert_error(self.client.post("/agents", {**good, "id": name}), 400, None, "id")

    def test_agents_survive_a_restart(self):
        self.client.expect(201, "POST", "/agents", {
            "id": "keeper", "name": "k", "description": "d", "system_prompt": "s"})
        self.server.restart()
        again = self.server.client().expect(200, "GET", "/agents/keeper")
        self.assertEqual(again["system_prompt"], "s")


class Sessions(ServerTest):
    def test_a_new_session_has_its_shape(self):
        reply = self.client.post("/sessions", {"agent_id": "engineer", "title": "First",
                                               "metadata": {"ticket": 7}})
        self.assertEqual(reply.status, 201)
        made = reply.json
        self.assertEqual(reply.headers["location"], f"/sessions/{made['id']}")
        self.assertRegex(made["id"], r"^ses_[0-9A-Za-z]+$")
        self.assertEqual((made["title"], made["agent_id"], made["status"], made["turn_count"]),
                         ("First", "engineer", "idle", 0))
        self.assertEqual(made["metadata"], {"ticket": 7})
        self.assertEqual(made["workspace"], str(self.server.workspace.resolve()))
        self.assertRegex(made["created_at"], TIME)
        self.assertRegex(made["updated_at"], TIME)
        self.assertEqual(set(made["usage"]), USAGE)
        for key in ("model_id", "last_event_id", "cost", "context_used", "context_size",
                    "pending_questions"):
            self.assertIn(key, made)
        self.assertEqual(self.client.get(f"/sessions/{made['id']}").json, made)

    def test_an_unknown_name_is_told_with_those_there_are(self):
        session = self.client.new_session()["id"]
        agents = self.client.expect(200, "GET", "/agents")[0]["id"]
        for method, path, body in (("POST", "/sessions", {}), ("PATCH", f"/sessions/{session}", {}),
                                   ("POST", f"/sessions/{session}/messages", {"content": "x"})):
            with self.subTest(path=path):
                said = self.client.json(method, path, body | {"model_id": "sim/kodaa"})
                self.assert_error(said, 400, "unknown_model", "model_id")
                self.assertIn("not sim/kodaa; did you mean sim/koda?", said.json["error"])
                said = self.client.json(method, path, body | {"agent_id": "engneer"})
                self.assert_error(said, 400, "unknown_agent", "agent_id")
                self.assertIn(agents, said.json["error"])
                self.assertIn("did you mean engineer?", said.json["error"])

    def test_unknown_agents_models_and_folders_are_refused(self):
        self.assert_error(self.client.post("/sessions", {"agent_id": "none"}), 400,
                          "unknown_agent", "agent_id")
        self.assert_error(self.client.post("/sessions", {"model_id": "no/model"}), 400,
                          "unknown_model", "model_id")
        self.assert_error(self.client.post("/sessions", {"workspace": "/etc"}), 403,
                          "workspace_not_allowed")
        (self.server.workspace / "way-out").symlink_to("/etc")
        self.assert_error(self.client.post("/sessions", {
            "workspace": str(self.server.workspace / "way-out")}), 403)

    def test_a_folder_within_the_workspace_is_allowed(self):
        inner = self.server.workspace / "inner"
        inner.mkdir(exist_ok=True)
        self.assertEqual(self.client.new_session(workspace=str(inner))["workspace"],
                         str(inner.resolve()))

    def test_every_session_route_knows_unknown_sessions(self):
        body = {"content": "x", "question_id": "q_1", "response": "y", "message_id": "msg_1"}
        for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/messages"),
                             ("POST", "/messages"), ("POST", "/answer"), ("POST", "/branch"),
                             ("GET", "/stream"), ("GET", "/turn"),
                             ("POST", "/cancel"), ("GET", "/questions")):
            with self.subTest(method=method, path=path):
                sent = body if method in ("POST", "PATCH") else None
                reply = self.client.json(method, f"/sessions/{NO_SESSION}{path}", sent)
                self.assert_error(reply, 404, "session_not_found")
        self.assert_error(self.client.get("/sessions/rubbish"), 404, "session_not_found")

    def test_patch_changes_what_it_names(self):
        made = self.client.new_session(title="Before", metadata={"a": 1})
        path = f"/sessions/{made['id']}"
        changed = self.client.expect(200, "PATCH", path, {"title": "After"})
        self.assertEqual((changed["title"], changed["metadata"]), ("After", {"a": 1}))
        self.assertGreaterEqual(changed["updated_at"], made["updated_at"])
        self.client.expect(200, "PATCH", path, {"agent_id": "explorer", "metadata": {"b": 2},
                                                "model_id": "sim/koda", "budget": 1.5})
        now = self.client.get(path).json
        self.assertEqual((now["agent_id"], now["metadata"], now["title"]),
                         ("explorer", {"b": 2}, "After"))
        self.assert_error(self.client.json("PATCH", path, {"agent_id": "none"}), 400,
                          "unknown_agent", "agent_id")
        self.assert_error(self.client.json("PATCH", path, {"model_id": "none"}), 400,
                          "unknown_model", "model_id")
        self.assert_error(self.client.json("PATCH", path, {"title": 1}), 400, "wrong_type",
                          "title")
        self.assertEqual(self.client.get(path).json, now)

    def test_what_a_client_may_send_can_be_read_back(self):
        for depth in range(55, 66):
            deep = "{}"
            for _ in range(depth):
                deep = '{"a":' + deep + "}"
            for method, path in (("POST", "/sessions"), ("PATCH", None)):
                path = path or f"/sessions/{self.client.new_session()['id']}"
                reply = self.client.send(method, path, '{"metadata":' + deep + "}",
                                         {"Content-Type": "application/json"})
                self.assertIn(reply.status, (200, 201, 400), (depth, method))
                if reply.status == 400:
                    continue
                path = f"/sessions/{reply.json['id']}"
                self.assertEqual(json.dumps(self.client.expect(200, "GET", path)["metadata"]),
                                 json.dumps(json.loads(deep)))
                self.assertEqual(self.client.get("/sessions").status, 200)
                self.client.expect(200, "PATCH", path, {"title": "x"})
                self.assertEqual(self.client.json("DELETE", path).status, 204)

    def test_a_change_is_told_to_those_who_listen(self):
        made = self.client.new_session(title="Before")
        path = f"/sessions/{made['id']}"
        with stream(self.server, made["id"]) as source:
            changed = self.client.expect(200, "PATCH", path, {"metadata": {"b": 2},
                                                              "agent_id": "explorer"})
            told = source.next()
            self.assertEqual((told.name, told.data), ("session_updated", changed))
            self.assertEqual(told.id, changed["last_event_id"])
            self.client.expect(200, "PATCH", path, {"title": "After"})
            title, told = source.next(), source.next()
            self.assertEqual((title.name, title.data), ("title_updated", {"title": "After"}))
            self.assertEqual((told.name, told.data["title"]), ("session_updated", "After"))
            self.client.expect(200, "PATCH", path, {})
            self.client.expect(200, "PATCH", path, {"budget": 1})
            self.assertEqual(source.next().data["budget"], 1)

    def test_delete_removes_the_session(self):
        path = f"/sessions/{self.client.new_session()['id']}"
        reply = self.client.json("DELETE", path)
        self.assertEqual((reply.status, reply.body), (204, b""))
        self.assert_error(self.client.get(path), 404, "session_not_found")
        self.assert_error(self.client.json("DELETE", path), 404, "session_not_found")
        self.assertNotIn(path.split("/")[-1],
                         [s["id"] for s in self.client.get("/sessions?limit=1000").json])

    def test_delete_ends_a_running_turn_and_its_processes(self):
        session = self.client.new_session()["id"]
        marker = self.server.workspace / "outlived"
        self.client.say(session, script(bash(f"sleep 3; touch {marker.name}")))
        source = stream(self.server, session)
        self.addCleanup(source.close)
        source.until("tool_start")
        self.assertEqual(self.client.json("DELETE", f"/sessions/{session}").status, 204)
        rest = list(source)
        self.assertEqual(rest[-1].name, "session_deleted", rest)
        other = self.client.new_session()["id"]
        self.client.run(other, script(bash("sleep 4")))
        self.assertFalse(marker.exists(), "the deleted session's process went on")

    def test_pages_follow_their_links(self):
        wanted = [self.client.new_session(title=f"page {i}", agent_id="planner")["id"]
                  for i in range(7)]
        found = []
        path = "/sessions?limit=3&agent_id=planner"
        sizes = []
        while path:
            reply = self.client.get(path)
            self.assertEqual(reply.status, 200)
            sizes.append(len(reply.json))
            found += [session["id"] for session in reply.json]
            link = re.search(r'<([^>]+)>;\s*rel="next"', reply.headers.get("link", ""))
            path = link and link.group(1)
        self.assertEqual(found, wanted[::-1])
        self.assertEqual(sizes[:2], [3, 3])

    def test_the_list_has_filters(self):
        made = self.client.new_session(title="Needle in hay")["id"]
        def ids(query):
            return [s["id"] for s in self.client.expect(200, "GET", f"/sessions?{query}")]
        self.assertEqual(ids("q=needle"), [made])
        self.assertIn(made, ids("status=idle&limit=1000"))
        self.assertNotIn(made, ids("status=running&limit=1000"))
        self.assertNotIn(made, ids("agent_id=explorer&limit=1000"))
        for query in ("limit=0", "limit=x", "limit=-1", "status=asleep", "cursor=%00rubbish"):
            with self.subTest(query=query):
                self.assert_error(self.client.get(f"/sessions?{query}"), 400)

    def test_the_list_is_newest_update_first(self):
        first = self.client.new_session()["id"]
        second = self.client.new_session()

        def touch():
            return self.client.expect(200, "PATCH", f"/sessions/{first}", {"title": "touched"})
        # Times have milliseconds: all three calls may fall into one.
        until(lambda: touch()["updated_at"] > second["updated_at"], "the clock goes on")
        self.assertEqual(self.client.get("/sessions?limit=1").json[0]["id"], first)


class Idempotency(ServerTest):
    def test_the_same_key_and_body_give_the_first_answer(self):
        key = {"Idempotency-Key": "create-1"}
        first = self.client.post("/sessions", {"title": "once"}, key)
        again = self.client.post("/sessions", {"title": "once"}, key)
        self.assertEqual((first.status, again.status), (201, 201))
        self.assertEqual(first.json, again.json)
        self.assert_error(self.client.post("/sessions", {"title": "other"}, key), 422,
                          "idempotency_conflict")

    def test_a_repeated_message_is_one_turn(self):
        session = self.client.new_session()["id"]
        key = {"Idempotency-Key": "say-1"}
        path = f"/sessions/{session}/messages"
        body = {"content": script({"text": "said once"})}
        first = self.client.expect(202, "POST", path, body, key)
        self.client.finish(session)
        again = self.client.expect(202, "POST", path, body, key)
        self.assertEqual(first["operation_id"], again["operation_id"])
        self.assertEqual(first, again)
        self.assertEqual(len(self.client.messages(session)), 2)
        self.assert_error(self.client.post(path, {"content": "other"}, key), 422,
                          "idempotency_conflict")

    def test_repeats_at_the_same_time_make_one_session(self):
        for body in ({"title": "race"}, {"title": "race", "workspace": str(self.server.workspace)}):
            with self.subTest(body=body):
                key = {"Idempotency-Key": f"race-{len(body)}"}
                made = []
                def create():
                    made.append(self.server.client().expect(201, "POST", "/sessions", body, key))
                threads = [threading.Thread(target=create) for _ in range(8)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                self.assertEqual(len(made), 8)
                self.assertEqual(len({session["id"] for session in made}), 1)

    def test_the_answer_survives_a_restart(self):
        key = {"Idempotency-Key": "create-2"}
        first = self.client.post("/sessions", {"title": "lasting"}, key)
        self.server.restart()
        again = self.server.client().post("/sessions", {"title": "lasting"}, key)
        self.assertEqual(first.json, again.json)


if __name__ == "__main__":
    main()
