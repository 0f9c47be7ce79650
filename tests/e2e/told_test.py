"""Nothing is taken silently: what a configuration names and is not there, what a request misspells,
what ended a command, and what happens to the process that starts commands."""

import os
import pathlib
import signal
import unittest

from harness import Server, ServerTest, bash, main, script, until


class Configured(unittest.TestCase):
    def told(self, config):
        """What kodad says at a start that succeeds."""
        server = Server(config)
        self.addCleanup(server.close)
        server.client().expect(200, "GET", "/config")
        return server

    def test_what_is_not_there_is_a_warning(self):
        server = self.told(
            "server: {tokens: []}\n"
            "sandbox:\n  read: [/no/such/data]\n  write: [/no/such/cache]\n  path: [/no/such/bin]\n"
            "allowed_paths: [/no/such/folder]\n"
            "permission: {raed: deny}\n")
        said = server.tail()
        for line, key, more in ((3, "sandbox.read", "/no/such/data"),
                                (4, "sandbox.write", "/no/such/cache"),
                                (5, "sandbox.path", "/no/such/bin"),
                                (6, "allowed_paths", "/no/such/folder"),
                                (7, "permission.raed", "did you mean read?")):
            found = [each for each in said.splitlines() if f" line {line}: {key}: " in each]
            self.assertEqual(len(found), 1, said)
            self.assertIn(more, found[0])
            self.assertIn(str(server.config), found[0])

    def test_an_agent_with_network_may_come_later(self):
        token = "0123456789abcdef"
        server = Server(f"server: {{tokens: [{token}]}}\nsandbox: {{network: [enginer]}}\n")
        self.addCleanup(server.close)
        self.assertIn("line 2: sandbox.network: there is no agent enginer so far", server.tail())
        self.assertIn("did you mean engineer?", server.tail())
        agent = {"id": "enginer", "name": "enginer"}
        reply = server.client().post("/agents", agent, {"Authorization": "Bearer " + token})
        self.assertEqual(reply.status, 201)
        server.terminate()
        server.start()
        self.assertEqual(server.tail().count("there is no agent enginer"), 1)


class Running(ServerTest):
    config = "permission: {bash: allow}\nsandbox: {limits: {memory: 64MiB}}\n"

    def test_words_that_are_none(self):
        session = self.client.new_session()["id"]
        messages = f"/sessions/{session}/messages"
        agent = {"id": "mine", "name": "mine"}
        for path, body, field, told in (
                (messages, {"content": "x", "when_busy": "que"}, "when_busy",
                 "expected reject or queue, not que; did you mean queue?"),
                (messages, {"content": "x", "variant": "hihg"}, "variant",
                 "expected low, high or max, not hihg; did you mean high?"),
                ("/agents", {**agent, "mode": "primry"}, "mode",
                 "expected primary or subagent, not primry; did you mean primary?"),
                ("/agents", {**agent, "permission": {"bash": "dney"}}, "permission.bash",
                 "expected allow, ask or deny, not dney; did you mean deny?"),
                ("/agents", {**agent, "permission": {"bash": {"*": "dney"}}}, "permission.bash",
                 "expected allow, ask or deny, not dney; did you mean deny?")):
            said = self.assert_error(self.client.post(path, body), 400, "invalid_value", field)
            self.assertEqual(said["error"], told)
        for path, told in (("/sessions?status=runing", "expected idle, queued, running or waiting, "
                            "not runing; did you mean running?"),
                           (f"/sessions/{session}/stream?until=end", "expected done, not end")):
            said = self.assert_error(self.client.get(path), 400, "invalid_value")
            self.assertEqual(said["error"], told)

    def call(self, command):
        session = self.client.new_session()["id"]
        self.client.run(session, script(bash(command)))
        return next(part for message in self.client.messages(session)
                    for part in message["parts"] if part["type"] == "tool")

    def test_what_ended_a_command_is_its_error(self):
        for command, cause in (("yes", "it wrote more than 64 MiB"),
                               ("head -c 200M /dev/zero | tail", "of memory (sandbox.limits")):
            part = self.call(command)
            self.assertIn(cause, part["error"] or "", command)
            self.assertIn(cause, part["output"])
            self.assertEqual(part["status"], "error")
        part = self.call("exit 3")
        self.assertIsNone(part.get("error"))
        self.assertIn("(exit code 3)", part["output"])


class Spawners(ServerTest):
    """The process that starts commands."""

    config = Running.config
    call = Running.call

    def spawner(self):
        own = self.server.child.pid
        found = pathlib.Path(f"/proc/{own}/task/{own}/children")
        return [int(word) for each in pathlib.Path(f"/proc/{own}/task").iterdir()
                for word in (each / "children").read_text().split()] if found.exists() else []

    def lines(self, word):
        return [line for line in self.server.tail().splitlines() if word in line]

    def test_the_death_and_the_replacement_of_the_spawner(self):
        before = len(self.lines("starts commands"))
        old = until(self.spawner, "there is a spawner")[0]
        os.kill(old, signal.SIGKILL)
        until(lambda: len(self.lines("starts commands")) >= before + 2, "two lines are told")
        died, replaced = self.lines("starts commands")[before:]
        self.assertIn("died by SIGKILL", died)
        self.assertRegex(replaced, r"was replaced after \d+ ms")
        self.assertIn("works", str(self.call("echo works")))

    def test_those_that_die_again_and_again_are_told_in_few_lines(self):
        known = set()
        for _ in range(12):
            fresh = until(lambda: [pid for pid in self.spawner() if pid not in known],
                          "there is another spawner")[0]
            known.add(fresh)
            os.kill(fresh, signal.SIGKILL)
        self.assertIn("works", str(until(lambda: self.call("echo works"), "commands work")))
        self.assertLessEqual(len(self.lines("starts commands")), 6 + 2)


if __name__ == "__main__":
    main()
