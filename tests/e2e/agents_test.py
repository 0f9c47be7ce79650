"""Agents over HTTP name only what is there: what would guard nothing, or fail at the first turn, is
a 400 that tells field, value and the way out, and changes nothing. So is an answer that a question
does not take."""

import threading

from fake_openai import MODEL, FakeOpenAI
from harness import Server, ServerTest, bash, main, script, until


class Agents(ServerTest):
    def setUp(self):
        super().setUp()
        self.before = self.client.expect(200, "GET", "/agents")

    def refuse(self, method, path, body, field, *told, code=None):
        reply = self.client.json(method, path, body)
        said = self.assert_error(reply, 400, code or "invalid_value", field)["error"]
        for words in told:
            self.assertIn(words, said)
        return said

    def refuse_new(self, field, *told, code=None, **fields):
        said = self.refuse("POST", "/agents", {"id": "new", **fields}, field, *told, code=code)
        self.assertEqual(self.client.expect(200, "GET", "/agents"), self.before)
        return said

    def make(self, **fields):
        made = self.client.expect(201, "POST", "/agents", fields)
        self.addCleanup(self.client.json, "DELETE", "/agents/" + made["id"])
        return made

    def test_tools_that_are_not_there(self):
        known = "expected bash, edit, glob, grep, question, read or write"
        for name, meant in (("Bash", "bash"), ("raed", "read"), ("Read", "read"),
                            ("web_fecth", "web_fetch")):
            told = (known, f"not {name}", f"did you mean {meant}?")
            self.refuse_new("tools", *told, tools=["read", name])
            self.refuse_new("deny_tools", *told, deny_tools=[name])
            self.refuse_new(f"permission.{name}", *told, permission={name: "deny"})
        self.refuse_new("permission.Bash(rm *)", "did you mean bash?",
                        permission={"Bash(rm *)": "deny"})
        self.refuse_new("permission.bsh", permission={"read": "allow", "bsh": {"rm *": "ask"}})
        self.refuse_new("tools", "not qqqqqq", known, tools=["qqqqqq"])
        self.refuse_new("tools", "a pattern may stand in permission", tools=["*"])
        self.refuse_new("deny_tools", "bash stands in tools, too", tools=["bash"],
                        deny_tools=["bash"])

    def test_what_others_call_their_tools_is_taken(self):
        made = self.make(id="wide", tools=["read", "search", "lsp", "git", "mcp_files_list"],
                         permission={"*": "ask", "re*": "allow", "mcp_files_*": "deny",
                                     "web_fetch": "ask"})
        self.assertEqual(made["tools"][-1], "mcp_files_list")

    def test_numbers_out_of_their_ranges(self):
        self.refuse_new("temperature", "from 0 to 2, not 9", temperature=9)
        self.refuse_new("temperature", "not -0.5", temperature=-0.5)
        self.refuse_new("max_tokens", "not 0", max_tokens=0)
        self.refuse_new("max_tokens", "not -5", max_tokens=-5)
        self.refuse_new("reasoning_budget", "not -1", reasoning_budget=-1)
        self.refuse_new("temperature", code="wrong_type", temperature="hot")
        made = self.make(id="exact", temperature=2, max_tokens=1, reasoning_budget=0)
        self.assertEqual((made["temperature"], made["max_tokens"]), (2, 1))

    def test_models_that_are_not_there(self):
        for model, told in (("sim/kodaa", "did you mean sim/koda?"),
                            ("koda", "did you mean sim/koda?"), ("utilty", "did you mean utility?"),
                            ("nope/x", "of a configured provider (sim), not nope/x"),
                            ("sim/", "sim/koda or sim/load"), ("/", "not /")):
            self.refuse_new("model", told, code="unknown_model", model=model)
        for model in ("", "utility", "sim/load"):
            self.make(id="of_model", model=model)
            self.client.expect(204, "DELETE", "/agents/of_model")

    def test_an_id_is_never_changed(self):
        for given, near in (("a b", "a_b"), ("Reviewer", "reviewer"), ("A B", "a_b")):
            self.refuse("POST", "/agents", {"id": given}, "id", f"not {given}",
                        f"did you mean {near}?")
        for given in ("a.b", "a/b", "\u00e4", "x" * 65, " "):
            self.refuse("POST", "/agents", {"id": given}, "id", "expected 1 to 64 of a-z")
        self.assertEqual(self.client.expect(200, "GET", "/agents"), self.before)
        self.make(id="mine", system_prompt="before")
        self.refuse("PUT", "/agents/mine", {"id": "yours", "name": "x"}, "id",
                    "expected mine, or none", "not yours")
        self.assert_error(self.client.json("PUT", "/agents/nobody", {"id": "yours"}), 404)
        self.assertEqual(self.client.get("/agents/mine").json["system_prompt"], "before")
        self.client.expect(200, "PUT", "/agents/mine", {"id": "mine", "name": "x"})

    def test_a_put_that_would_widen(self):
        narrow = {"tools": ["read"], "permission": {"read": "ask"}, "skills": {"deny": ["x"]}}
        made = self.make(id="narrow", system_prompt="p", **narrow)
        for field in narrow:
            less = {key: value for key, value in narrow.items() if key != field}
            for body in (less, {**less, field: None}):
                self.refuse("PUT", "/agents/narrow", body, field, "a PUT replaces all of it",
                            code="missing_field")
        self.refuse("PUT", "/agents/narrow", {}, "tools", code="missing_field")
        self.assertEqual(self.client.get("/agents/narrow").json, made)
        kept = self.client.expect(200, "PUT", "/agents/narrow", made)
        self.assertEqual(kept, made)
        wide = self.client.expect(200, "PUT", "/agents/narrow",
                                  {"tools": [], "permission": {}, "skills": {}})
        self.assertEqual((wide["tools"], wide["permission"]), ([], {}))
        self.client.expect(200, "PUT", "/agents/narrow", {"name": "free"})
        self.make(id="denied", deny_tools=["bash"])
        self.refuse("PUT", "/agents/denied", {"name": "x"}, "deny_tools", code="missing_field")

    def test_a_put_is_checked_like_a_post(self):
        made = self.make(id="kept", tools=["read"])
        for field, value in (("tools", ["raed"]), ("temperature", 9), ("model", "sim/x")):
            code = "unknown_model" if field == "model" else "invalid_value"
            self.refuse("PUT", "/agents/kept", {"tools": ["read"], field: value}, field, code=code)
        self.assertEqual(self.client.get("/agents/kept").json, made)
        self.assert_error(self.client.json("PUT", "/agents/engineer", {"name": "x"}), 403)
        self.assert_error(self.client.json("PUT", "/agents/explorer", {"name": "x"}), 403)
        self.assert_error(self.client.json("PUT", "/agents/none", {"name": "x"}), 404)

    def test_fields_that_look_like_one_that_narrows(self):
        for field, meant in (("permissions", "permission"), ("tool", "tools"),
                             ("denyTools", "deny_tools"), ("allowed_tools", "tools"),
                             ("disallowedTools", "deny_tools"), ("Tools", "tools")):
            self.refuse_new(field, f"did you mean {meant}?", **{field: ["read"]})
        self.make(id="tagged", colour="red", role="reviewer", version=1)

    def test_one_id_is_made_once(self):
        codes = []
        def make():
            client = self.server.client()
            codes.append(client.post("/agents", {"id": "raced", "model": "sim/koda"}).status)
            client.close()
        threads = [threading.Thread(target=make) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(codes), [201] + [409] * 7)
        self.client.expect(204, "DELETE", "/agents/raced")


class Answers(ServerTest):
    config = "permission: {bash: ask}\n"

    def ask(self, **question):
        session = self.client.new_session()["id"]
        step = {"tool": "question", "input": {"question": "Which?", **question}}
        self.client.say(session, script(step if question else bash("echo hi"), {"text": "done"}))
        return session, self.client.await_question(session)["question_id"]

    def refuse(self, session, question, response, *told, code="invalid_value"):
        reply = self.client.answer(session, question, response)
        said = self.assert_error(reply, 400, code, "response")["error"]
        for words in told:
            self.assertIn(words, said)
        self.assertEqual(len(self.client.questions(session)), 1)

    def accept(self, session, question, response):
        self.assertEqual(self.client.answer(session, question, response).status, 204)
        self.assertEqual(self.client.finish(session)["state"], "succeeded")

    def test_a_permission_takes_one_word(self):
        session, question = self.ask()
        for response in (["once"], ["once", "always"], []):
            self.refuse(session, question, response, "expected a string", code="wrong_type")
        self.refuse(session, question, "onec", "expected once, always or reject, not onec",
                    "did you mean once?")
        self.refuse(session, question, 1, code="wrong_type")
        self.accept(session, question, "once")
        self.assert_error(self.client.answer(session, question, ["once"]), 409, "already_answered")
        self.assert_error(self.client.answer(session, "q_none", ["once"]), 404)

    def test_several_are_chosen_from_what_there_is(self):
        session, question = self.ask(options=["red", "green", "blue"], multiple=True)
        self.refuse(session, question, ["red", "geen"], "expected red, green or blue, not geen",
                    "did you mean green?")
        self.refuse(session, question, ["red", "red"], "chosen twice")
        self.refuse(session, question, [], "at least one")
        self.refuse(session, question, "yellow", "not yellow")
        self.accept(session, question, ["red", "blue"])
        session, question = self.ask(options=["red", "green"], multiple=True)
        self.accept(session, question, "red")

    def test_one_answer_may_be_in_the_users_own_words(self):
        session, question = self.ask(options=["red", "green"])
        self.refuse(session, question, ["red"], "expected a string", code="wrong_type")
        self.accept(session, question, "neither")
        session, question = self.ask(multiple=True)
        self.accept(session, question, ["this", "that"])


class Providers(ServerTest):
    """Of a provider whose list of models is known, and of one that does not tell."""

    @classmethod
    def setUpClass(cls):
        cls.fake = FakeOpenAI()
        cls.addClassCleanup(cls.fake.close)
        cls.server = Server(
            "models_dev: {url: ''}\nproviders:\n"
            f"  - {{id: mock, base_url: '{cls.fake.url}', api_key: k}}\n"
            "  - {id: gone, base_url: 'http://127.0.0.1:9/v1', api_key: k, "
            "models: [{id: own, context_size: 1000}]}\n")
        cls.addClassCleanup(cls.server.close)

    def test_where_the_list_is_not_known_any_name_is_taken(self):
        self.client.expect(201, "POST", "/agents", {"id": "hidden", "model": "gone/secret"})
        said = self.assert_error(self.client.post("/agents", {"id": "o", "model": "gnoe/secret"}),
                                 400, "unknown_model", "model")
        self.assertIn("of a configured provider (sim, mock or gone)", said["error"])

    def test_where_the_list_is_known_only_its_names_are(self):
        wanted = "mock/" + MODEL
        until(lambda: wanted in [one["id"] for one in self.client.get("/models").json],
              "the provider has told its models")
        wrong = {"id": "o", "model": "mock/fake-modl"}
        said = self.assert_error(self.client.post("/agents", wrong), 400, "unknown_model", "model")
        self.assertIn(f"expected {wanted}, not mock/fake-modl; did you mean {wanted}?",
                      said["error"])
        self.client.expect(201, "POST", "/agents", {"id": "known", "model": wanted})


if __name__ == "__main__":
    main()
