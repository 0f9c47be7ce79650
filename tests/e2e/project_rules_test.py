"""A workspace's own kodad.yaml counts: it denies and asks and allows nothing, it is read anew for
every step that calls tools, and a file that cannot be understood lets nothing run."""

import os
import threading

from dead_disk import NAME, DeadDisk
from harness import ServerTest, bash, main, script, until

NEXT = {"text": "And now:"}  # Another model call.
MENDED = "until it is mended no tool runs in this workspace"


def tool(name, **arguments):
    return {"tool": name, "input": arguments}


class Project(ServerTest):
    config = ("permission: {bash: {\"*\": allow, \"touch never\": deny}, write: allow,\n"
              "             edit: allow}\n")

    def setUp(self):
        super().setUp()
        self.place = self.server.workspace / self.id().rsplit(".", maxsplit=1)[-1]
        self.place.mkdir(parents=True)
        self.file = self.place / "kodad.yaml"
        self.session = self.client.new_session(workspace=str(self.place))["id"]

    def rules(self, text):
        """Put in place as an editor would, whole."""
        fresh = self.place / "fresh"
        fresh.write_text(text)
        fresh.rename(self.file)

    def parts(self):
        return [part for message in self.client.messages(self.session)
                for part in message["parts"] if part["type"] == "tool"]

    def call(self, *steps):
        """The last of these calls; the turn must end well."""
        turn = self.client.run(self.session, script(*steps))
        self.assertEqual(turn["state"], "succeeded")
        return self.parts()[-1]

    def assert_denied(self, part, *says):
        self.assertEqual(part["status"], "error", part)
        self.assertTrue(part["output"].startswith("tool_denied: "), part["output"])
        for words in says:
            self.assertIn(words, part["output"])
        self.assertNotIn(str(self.server.root), part["output"])

    def assert_runs(self, part):
        self.assertEqual(part["status"], "completed", part)


class Rules(Project):
    def test_deny_holds_and_what_it_excepts_is_the_hosts_business(self):
        self.rules("permission:\n  bash: {\"*\": deny, \"touch *\": allow}\n")
        for line in ("echo hi", "touch a; echo hi", "touch $(echo a)", "bash -c 'touch a'"):
            self.assert_denied(self.call(bash(line)), "kodad.yaml")
        self.assertFalse((self.place / "a").exists())
        self.assert_runs(self.call(bash("touch a")))
        self.assertTrue((self.place / "a").exists())
        # The host denies this one, and writing without a rule of the project's is as ever.
        self.assert_denied(self.call(bash("touch never")))
        self.assert_runs(self.call(tool("write", filePath="b", content="x")))

    def test_ask_asks_once_and_always_grants(self):
        self.rules("permission: {bash: ask}\n")
        self.client.say(self.session, script(bash("echo one")))
        asked = self.client.await_question(self.session)
        self.assertEqual((asked["purpose"], asked["tool"]), ("permission", "bash"))
        self.client.answer(self.session, asked["question_id"], "always")
        self.client.finish(self.session)
        self.assert_runs(self.parts()[-1])
        self.assert_runs(self.call(bash("echo one")))
        # What was granted is denied once the project denies it.
        self.rules("permission: {bash: deny}\n")
        self.assert_denied(self.call(bash("echo one")))

    def test_nothing_is_loosened(self):
        self.rules("permission: {\"*\": allow, bash: allow, web_fetch: allow}\n")
        self.assert_denied(self.call(bash("touch never")))
        (self.place / ".env").write_text("TOKEN\n")
        self.client.say(self.session, script(tool("read", filePath=".env")))
        asked = self.client.await_question(self.session)
        self.assertEqual(asked["tool"], "read")
        self.client.answer(self.session, asked["question_id"], "reject")
        self.client.finish(self.session)

    def test_paths_are_judged_where_links_lead_and_searches_leave_them_out(self):
        (self.place / "secrets").mkdir()
        (self.place / "secrets" / "a").write_text("TOKEN\n")
        (self.place / "docs").symlink_to("secrets")
        self.assert_runs(self.call(tool("read", filePath="docs/a")))
        self.rules("permission: {read: {\"secrets/**\": deny}}\n")
        for path in ("secrets/a", "./x/../secrets/a", str(self.place / "secrets/a"), "docs/a"):
            self.assert_denied(self.call(tool("read", filePath=path)))
        self.assert_denied(self.call(tool("grep", pattern="TOKEN", path="secrets/a")))
        self.assert_denied(self.call(tool("grep", pattern="TOKEN", path="docs/a")))
        found = self.call(tool("grep", pattern="TOK.N"))
        self.assert_runs(found)
        self.assertNotIn("TOKEN", found["output"])

    def test_no_tool_writes_the_file(self):
        for step in (tool("write", filePath="kodad.yaml", content="permission: {}\n"),
                     tool("write", filePath="Kodad.YAML", content="permission: {}\n")):
            self.assert_denied(self.call(step))
            self.assertFalse(self.file.exists())
        self.rules("permission: {bash: {\"rm x\": deny}}\n")
        kept = self.file.read_text()
        for step in (tool("write", filePath="kodad.yaml", content="permission: {}\n"),
                     tool("edit", filePath="./kodad.yaml", oldString="deny", newString="allow")):
            self.assert_denied(self.call(step))
        self.call(bash("rm -f kodad.yaml; mv kodad.yaml k; echo 'permission: {}' > kodad.yaml; "
                       "ln -sf /dev/null kodad.yaml; truncate -s 0 kodad.yaml; true"))
        self.assertEqual(self.file.read_text(), kept)
        self.assertFalse(self.file.is_symlink())
        self.assert_denied(self.call(bash("rm x")))

    def test_what_a_command_plants_is_gone_before_the_next_step(self):
        self.call(bash("echo 'permission: {\"*\": deny}' > kodad.yaml"))
        self.assertFalse(self.file.exists())
        self.assert_runs(self.call(bash("echo on")))


class Broken(Project):
    def test_what_cannot_be_understood_lets_nothing_run(self):
        for text, *says in (("\npermission:\n  bash: dney\n", "kodad.yaml line 3", "deny?"),
                            ("permision: {bash: deny}\n", "line 1", "did you mean permission?"),
                            ("permission: {bsh: deny}\n", "line 1", "did you mean bash?"),
                            ("permission: {bash: deny\n", "line 1", "not YAML"),
                            ("permission: deny\n", "line 1", "expected a map"),
                            ("permission: {bash: {\"rm *\": deny, \"*\": allow}}\n",
                             "never counts"),
                            ("#" * 70_000, "expected at most 65536 bytes")):
            self.rules(text)
            for step in (bash("echo hi"), tool("read", filePath="kodad.yaml"),
                         tool("question", question="so?", options=["yes"])):
                self.assert_denied(self.call(step), "kodad.yaml", MENDED, *says)
        self.assertIn(f"workspace {self.place}: kodad.yaml line 3", self.server.tail())
        self.file.unlink()
        self.assert_runs(self.call(bash("echo hi")))

    def test_what_is_no_file_of_its_own_lets_nothing_run(self):
        (self.place / "other").write_text("permission: {}\n")
        outside = self.server.root / "outside"
        outside.write_text("secret-of-the-host: 1\n")
        made = {
            "link": lambda: self.file.symlink_to("other"),
            "link out": lambda: self.file.symlink_to(outside),
            "dangling": lambda: self.file.symlink_to("nowhere"),
            "fifo": lambda: os.mkfifo(self.file),
            "folder": self.file.mkdir,
        }
        for name, make in made.items():
            with self.subTest(name):
                make()
                part = self.call(bash("echo hi"))
                self.assert_denied(part, "kodad.yaml: expected a file", MENDED)
                self.assertNotIn("secret-of", part["output"])
                (self.file.rmdir if name == "folder" else self.file.unlink)()
        self.assert_runs(self.call(bash("echo hi")))

    def test_other_keys_have_no_effect_and_are_told_once(self):
        os.environ["KODAD_TEST_SECRET"] = "hush"
        self.rules("server: {tokens: [\"${KODAD_TEST_SECRET}\"], port: x}\n"
                   "permission: {bash: {\"echo ${HOME}\": deny}}\n")
        for _ in range(3):
            self.assert_runs(self.call(bash("echo hi")))
        log = self.server.log.read_text()
        self.assertEqual(log.count(f"workspace {self.place}: kodad.yaml line 1: server"), 1, log)
        self.assertNotIn("KODAD_TEST_SECRET", log)
        # A variable is none here.
        self.assert_runs(self.call(bash(f"echo {self.server.root / 'home'}")))


class Changes(Project):
    def test_the_file_is_read_anew_for_every_turn_and_step(self):
        self.assert_runs(self.call(bash("echo hi")))
        self.rules("permission: {bash: deny}\n")
        self.assert_denied(self.call(bash("echo hi")))
        self.file.unlink()
        # Between two steps of one turn: the answer to a question is where the test comes in.
        self.client.say(self.session, script(
            bash("echo hi"), NEXT, tool("question", question="go on?", options=["yes"]), NEXT,
            bash("echo hi")))
        asked = self.client.await_question(self.session)
        self.rules("permission: {bash: deny}\n")
        self.client.answer(self.session, asked["question_id"], "yes")
        self.client.finish(self.session)
        first, _, last = self.parts()[-3:]
        self.assert_runs(first)
        self.assert_denied(last)

    def test_an_answer_allows_nothing_that_is_denied_by_then(self):
        for word in ("once", "always"):
            self.rules("permission: {bash: ask}\n")
            self.client.say(self.session, script(bash("touch made")))
            asked = self.client.await_question(self.session)
            self.rules("permission: {bash: deny}\n")
            reply = self.client.answer(self.session, asked["question_id"], word)
            self.assertEqual(reply.status, 204, reply.body)
            self.client.finish(self.session)
            self.assert_denied(self.parts()[-1], "kodad.yaml")
        self.assertFalse((self.place / "made").exists())
        # Nothing was granted either.
        self.rules("permission: {bash: ask}\n")
        self.client.say(self.session, script(bash("touch made")))
        asked = self.client.await_question(self.session)
        self.client.answer(self.session, asked["question_id"], "once")
        self.client.finish(self.session)
        self.assertTrue((self.place / "made").exists())

    def test_a_turn_that_was_killed_goes_on_by_the_rules_as_they_are(self):
        self.rules("permission: {bash: {\"*\": ask}}\n")
        self.client.say(self.session, script(bash("touch one"), NEXT, bash("touch two")))
        asked = self.client.await_question(self.session)
        self.server.kill()
        self.rules("permission: {bash: {\"*\": ask, \"touch two\": deny}}\n")
        self.server.start()
        self.client = self.server.client()
        asked = self.client.await_question(self.session)
        self.client.answer(self.session, asked["question_id"], "once")
        self.client.finish(self.session)
        one, two = self.parts()
        self.assert_runs(one)
        self.assert_denied(two)
        self.assertTrue((self.place / "one").exists())

    def test_turns_are_cancelled_and_sessions_deleted_at_any_moment(self):
        self.rules("permission: {bash: {\"touch *\": deny}}\n")
        sessions = [self.client.new_session(workspace=str(self.place))["id"] for _ in range(24)]
        text = script(*[bash("touch made"), NEXT] * 40)

        def trouble(session, number):
            client = self.server.client()
            client.say(session, text)
            until(lambda: number % 4 == 0 or client.messages(session)[-1]["parts"],
                  "the turn has begun")
            if number % 2:
                client.expect(204, "DELETE", f"/sessions/{session}")
            else:
                client.post(f"/sessions/{session}/cancel")
        threads = [threading.Thread(target=trouble, args=each)
                   for each in ((one, number) for number, one in enumerate(sessions))]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        for session in sessions[::2]:
            self.client.finish(session)
        self.assertFalse((self.place / "made").exists())
        self.assert_denied(self.call(bash("touch made")))


class Dead(Project):
    """The workspace's own disk does not answer."""

    def setUp(self):
        super().setUp()
        self.disk = DeadDisk(self.place)
        self.addCleanup(self.disk.close)
        (self.place / NAME.decode()).stat()  # It is up.
        self.disk.die()

    def test_a_text_costs_no_look(self):
        self.assertEqual(self.client.run(self.session, script({"text": "hello"}))["state"],
                         "succeeded")
        self.assertEqual(self.disk.hanging(), 0)

    def test_cancelling_and_deleting_do_not_need_the_answer(self):
        for end in ("cancel", "delete"):
            self.client.say(self.session, script(bash("echo hi")))
            until(self.disk.hanging, "the rules are being read")
            if end == "cancel":
                self.client.post(f"/sessions/{self.session}/cancel")
                self.assertEqual(self.client.finish(self.session)["state"], "cancelled")
                self.assertIn("cancelled", self.parts()[-1]["output"])
            else:
                self.client.expect(204, "DELETE", f"/sessions/{self.session}")


class DeadAnswers(Project):
    """The disk dies between a question and its answers."""

    config = "permission: {bash: ask}\n"

    def setUp(self):
        super().setUp()
        self.disk = DeadDisk(self.place)
        self.addCleanup(self.disk.close)
        self.other = self.client.new_session(workspace=str(self.place))["id"]
        self.client.say(self.session, script(bash("echo one"), bash("echo two")))
        self.asked = until(lambda: len(self.client.questions(self.session)) == 2 and
                           self.client.questions(self.session), "two questions")
        self.disk.die()

    def answer_all(self):
        """Gives both answers, which wait; what comes back waits for their statuses."""
        replies = []

        def answer(question):
            replies.append(self.server.client().answer(self.session, question, "once"))
        threads = [threading.Thread(target=answer, args=(one["question_id"],))
                   for one in self.asked]
        for one in threads:
            one.start()
        until(self.disk.hanging, "the rules are being read")

        def end():
            for one in threads:
                one.join()
            return [reply.status for reply in replies]
        return end

    def test_an_answer_is_told_that_the_turn_was_cancelled(self):
        end = self.answer_all()
        self.client.post(f"/sessions/{self.session}/cancel")
        self.assertEqual(self.client.finish(self.session)["state"], "cancelled")
        # One that came after the cancel finds the question withdrawn.
        self.assertLessEqual(set(end()), {404, 409})

    def test_what_is_called_or_was_answered_is_denied(self):
        end = self.answer_all()
        self.client.say(self.other, script(bash("echo hi")))
        self.assertEqual(end(), [204, 204])
        for session in (self.session, self.other):
            self.assertEqual(self.client.finish(session)["state"], "succeeded")
            self.session = session
            for part in self.parts():
                self.assert_denied(part, "kodad.yaml could not be read",
                                   "the disk did not answer")


if __name__ == "__main__":
    main()
