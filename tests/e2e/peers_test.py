"""kodad works with model servers that nobody here wrote: npm's @copilotkit/aimock.

Without npm, or a Node that is new enough, there is nothing to test against and the tests are
skipped, saying why.
"""

import socket
import subprocess
import unittest

from harness import Server, main, until
from peer_packages import HERE, install
from sse import replay, text_of

HELLO = "Hello from the other side. Grüße – 5 €"


def free_port():
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        return link.getsockname()[1]


def answers_connections(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Peer(unittest.TestCase):
    """One server of ours on one server of theirs."""

    @classmethod
    def setUpClass(cls):
        program = install() / "node_modules" / ".bin" / "llmock"
        port = free_port()
        cls.mock = subprocess.Popen(
            [program, "-p", str(port), "-f", HERE / "answers.json", "--strict", "--log-level",
             "warn", "--chunk-size", "7"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        cls.addClassCleanup(cls.stop_mock)
        until(lambda: answers_connections(port), "the mock server starts", 60)
        cls.server = Server("version: 1\nmodels_dev: {url: ''}\nproviders:\n" + "".join(
            f"  - {{{text.format(port=port)}, api_key: test-key}}\n"
            for text in PROVIDERS.values()))
        cls.addClassCleanup(cls.server.close)

    @classmethod
    def stop_mock(cls):
        cls.mock.kill()
        cls.mock.wait()

    def setUp(self):
        self.client = self.server.client()
        self.addCleanup(self.client.close)

    def ask(self, model, content):
        """The session after one turn that succeeds."""
        session = self.client.new_session(model_id=model)["id"]
        turn = self.client.run(session, content)
        self.assertEqual(turn["state"], "succeeded", f"{turn} {self.server.tail()}")
        return session

    def for_each_model(self, check):
        for model in PROVIDERS:
            with self.subTest(model=model):
                check(model)

    def test_an_answer_streams(self):
        def check(model):
            session = self.ask(model, "Say hello.")
            self.assertEqual(self.client.messages(session)[-1]["content"], HELLO)
            events = replay(self.server, session)
            self.assertEqual(text_of(events), HELLO)
        self.for_each_model(check)

    def test_reasoning_is_told_apart(self):
        def check(model):
            session = self.ask(model, "Think first.")
            message = self.client.messages(session)[-1]
            self.assertEqual(message["content"], "Thought through.")
            reasoning = [part["text"] for part in message["parts"] if part["type"] == "reasoning"]
            self.assertEqual(reasoning, ["First this, then that."])
        self.for_each_model(check)

    def test_tools_are_called_and_their_results_go_back(self):
        def check(model):
            session = self.ask(model, "Which files are there?")
            message = self.client.messages(session)[-1]
            self.assertIn("one file, main.py", message["content"])
            tools = [part for part in message["parts"] if part["type"] == "tool"]
            self.assertEqual([(part["tool"], part["status"]) for part in tools],
                             [("glob", "completed"), ("read", "completed")])
            self.assertIn("main.py", tools[0]["output"])
            self.assertIn("print('hello')", tools[1]["output"])
            # A second turn carries the calls and their results along.
            self.client.run(session, "Say hello.")
            self.assertEqual(self.client.messages(session)[-1]["content"], HELLO)
        self.for_each_model(check)

    def test_an_unknown_request_fails_in_clear_words(self):
        def check(model):
            session = self.client.new_session(model_id=model)["id"]
            turn = self.client.run(session, "Nothing matches this.")
            self.assertEqual(turn["state"], "failed")
            self.assertTrue(turn["error"])
        self.for_each_model(check)


# A model of each wire format, and the provider that speaks it.
PROVIDERS = {
    "mock/deepseek-reasoner": 
        "id: mock, base_url: 'http://127.0.0.1:{port}/v1', models: [{{id: deepseek-reasoner}}]",
}

if __name__ == "__main__":
    main()
