"""Mistakes in a configuration, as the program tells them: all at once, each with its place.

Whatever the loader says of a mistake is tested beside it; here is what only the whole program can
tell, that nothing is lost on the way to stderr, and that what is announced and documented is so.
"""

import pathlib
import re
import socket
import subprocess
import unittest

from harness import Client, binary, main
from start_fixture import Start

TOKEN = "0123456789abcdef"
START_DEADLINE = 30  # seconds

# (configuration, [(line, key, word)]): refused, and told with exactly these lines.
REFUSED = (
    ("server: {port: http}\n", [(1, "server.port", "not http")]),
    ("server:\n  host: 0.0.0.0\n", [(2, "server.host", "configure server.tokens first")]),
    ("server:\n  host: 127.0.0.1:80\n", [(2, "server.host", "server.port")]),
    ("server: {host: 0.0.0.0, tokens: [short]}\n", [(1, "server.tokens", "16 characters")]),
    ("default_agent: enginer\n", [(1, "default_agent", "did you mean engineer?")]),
    ("default_model: [a]\n", [(1, "default_model", "not a list")]),
    ("default_model: sim/kodaa\n", [(1, "default_model", "did you mean sim/koda?")]),
    ("fallback_models:\n- sim/koda\n- sim/lod\n", [(3, "fallback_models[1]", "sim/load")]),
    ("providers:\n- mock2\n", [(2, "providers[0]", "not mock2")]),
    ("providers:\n- {id: a, base_url: 'http://${NOT_SET}/v1'}\n",
     [(2, "providers[0].base_url", "NOT_SET")]),
    ("providers:\n- {id: a, base_url: 'http://u:hidden@h/v1'}\n",
     [(2, "providers[0].base_url", "without user and password")]),
    ("sandbox:\n  network: true\n", [(2, "sandbox.network", "server.tokens")]),
    ("sandbox:\n  limits: {time: 2m}\n", [(2, "sandbox.limits.time", "of seconds from 1")]),
    ("permission:\n  bash: never\n", [(2, "permission.bash", "did you mean deny?")]),
    ("server:\n\tport: 1\n", [(2, "the file", "not a tab")]),
    (f"server:\n  host: 192.0.2.7\n  tokens: [{TOKEN}]\n",
     [(2, "server.host", "an address of this machine?")]),
    ("server:\n  host: no-such-host.invalid\n", [(2, "server.host", "no-such-host.invalid")]),
    ("proxy: off\nca_file: /etc/passwd\n",
     [(1, "proxy", "did you mean none?"), (2, "ca_file", "has none")]),
    ("providers:\n- id: openai\n  api_key: OPENAI_API_KEY\n- {id: groq, api_key: sk-xxx}\n",
     [(3, "providers[0].api_key", "the name of a variable"),
      (4, "providers[1].api_key", "the place")]),
    ("allowed_paths:\n- /etc\n- /proc\nfallback_models: sim/koda, sim/load\n",
     [(2, "allowed_paths", "holds the system"), (3, "allowed_paths", "the kernel"),
      (4, "fallback_models", "stands in [ ]")]),
    ("permission: {allow: [bash]}\nserver: {origins: [ws://a.b]}\ndefault_agent: ''\n",
     [(1, "permission.allow", "bash: allow"), (2, "server.origins", "no page"),
      (3, "default_agent", "not an empty text")]),
    ("a: b: c\n", [(1, "the file", "needs quotes")]),
    ("server: {port: x}\nsession: {budget: y}\ndefault_agent: z\ndefault_model: sim/w\n"
     "permission: {raed: ask}\nprot: 1\n",
     [(1, "server.port", "not x"), (2, "session.budget", "not y"), (3, "default_agent", "z"),
      (4, "default_model", "sim/w"), (5, "permission.raed", "did you mean read?"),
      (6, "prot", "did you mean proxy?")]),
)

# Starts, and says these lines.
TAKEN = (
    ("", [(1, "the file", "holds nothing")]),
    ("server:\n  port:\n", [(2, "server.port", "has no value")]),
    ("port: 4100\n", [(1, "port", "did you mean server.port?")]),
    ("workspace: /x\nlog_level: debug\nsandbox: {net: true}\n",
     [(1, "workspace", "--workspace DIR"), (2, "log_level", "on stderr"),
      (3, "sandbox.net", "did you mean sandbox.network?")]),
    ("providers:\n- {id: openai, apikey: hidden}\n",
     [(2, "providers[0].apikey", "providers[0].api_key?"), (2, "default_model", "a simulation")]),
    ("permission: {shell: ask}\nsandbox: {limits: {time: 4000}}\nallowed_paths: /srv\n",
     [(1, "permission.shell", "did you mean bash?"), (2, "sandbox.limits.time", "time_max, 600"),
      (3, "allowed_paths", "of several people")]),
    ("session: {compaction_treshold: 1}\n",
     [(1, "session.compaction_treshold", "compaction_threshold?")]),
    ("permission:\n  bash: {'rm *': deny, '*': allow}\n",
     [(2, "permission.bash.*", "put * first")]),
    ("providers:\n- id: mock\n  base_url: http://127.0.0.1:9/v1\n  models: [{id: small}]\n"
     "default_model: mock/smal\nmodels_dev: {url: ''}\n",
     [(5, "default_model", "did you mean mock/small?")]),
)


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Mistakes(unittest.TestCase):
    def begin(self, text, **options):
        start = Start()
        self.addCleanup(start.close)
        start.configure(text)
        start.options.update(options)
        return start

    def listen(self, start):
        """The address that a start announces; the child ends with the test."""
        child = subprocess.Popen(start.words(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 env=start.environment, cwd=start.cwd)
        self.addCleanup(lambda: (child.kill(), child.communicate()))
        line = child.stdout.readline().decode()
        self.assertRegex(line, r"^kodad listens on http://", line or child.stderr.read())
        host, port = re.search(r"http://(\S+):(\d+)$", line.strip()).groups()
        return child, host, int(port)

    def check(self, start, said, expected):
        """Those lines and no others. The last mistake comes last, else they are in order."""
        lines = sorted(said.decode().splitlines(),
                       key=lambda line: int(re.search(r" line (\d+): ", line).group(1)))
        self.assertEqual(len(lines), len(expected), said)
        for given, (line, key, word) in zip(lines, expected):
            self.assertTrue(
                given.startswith(f"kodad: config {start.config} line {line}: {key}: "), given)
            self.assertIn(word, given)
            self.assertNotIn("hidden", given)

    def test_refused(self):
        for text, expected in REFUSED:
            with self.subTest(text):
                start = self.begin(text)
                before = start.listing()
                code, out, said, _ = start.run(START_DEADLINE)
                self.check(start, said, expected)
                self.assertEqual((code, out), (2, b""))
                self.assertEqual(start.listing(), before)

    def test_taken_and_told(self):
        for text, expected in TAKEN:
            with self.subTest(text):
                start = self.begin(text)
                child, _, _ = self.listen(start)
                child.terminate()
                _, said = child.communicate(timeout=START_DEADLINE)
                self.check(start, said, expected)

    def test_the_state_in_reach_is_told_where_it_stands(self):
        start = self.begin("")
        start.config.write_text(f"version: 1\nallowed_paths:\n- {start.workspace}\n"
                                f"- {start.root}\nserver: {{port: x}}\n")
        _, _, said, _ = start.run(START_DEADLINE)
        self.check(start, said, [(4, "allowed_paths[1]", "keep the state elsewhere"),
                                 (5, "server.port", "not x")])

    def test_a_workspace_of_the_system_is_told(self):
        start = self.begin("version: 1\n", **{"--workspace": "/etc"})
        child, _, _ = self.listen(start)
        child.terminate()
        said = child.communicate(timeout=START_DEADLINE)[1].decode()
        self.assertRegex(said, r"\Akodad: --workspace /etc is of the system [^\n]+\n\Z")
        start.options["--workspace"] = "/proc"
        code, _, said, _ = start.run(START_DEADLINE)
        self.assertEqual(code, 2)
        self.assertRegex(said.decode(), r"\Akodad: --workspace /proc: the kernel [^\n]+\n\Z")

    def test_what_can_be_no_host(self):
        for host, told in (("4100", "not 4100"), ("http://127.0.0.1", "without http://"),
                           ("127.0.0.1:80", "which is --port's"), ("localhos", "localhost?"),
                           ("1.2.3.4", "configure server.tokens first")):
            start = self.begin("version: 1\n", **{"--host": host})
            code, _, said, _ = start.run(START_DEADLINE)
            self.assertEqual(code, 2)
            self.assertRegex(said.decode(), r"\Akodad: --host[^\n]+\n\Z")
            self.assertIn(told, said.decode())

    def test_a_busy_port_is_told_where_it_stands(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            start = self.begin(f"version: 1\nserver:\n  port: {port}\n", **{"--port": None})
            _, _, said, _ = start.run(START_DEADLINE)
            self.check(start, said, [(3, "server.port", "already in use")])

    def test_the_announced_address_answers(self):
        for host in ("127.0.0.2", "0.0.0.0", "localhost"):
            with self.subTest(host):
                start = self.begin(f"server: {{tokens: [{TOKEN}]}}\n", **{"--host": host})
                _, announced, port = self.listen(start)
                self.assertEqual(announced, host)
                client = Client(port, announced)
                self.addCleanup(client.close)
                reply = client.get("/config", {"Authorization": "Bearer " + TOKEN})
                self.assertEqual(reply.status, 200, reply.body)

    def test_who_stays_outside_hears_which_key_lets_him_in(self):
        _, host, port = self.listen(self.begin("version: 1\n"))
        client = Client(port, host)
        self.addCleanup(client.close)
        for status, headers, key in (
                (421, {"Host": "kodad.example"}, "server.hosts"),
                (403, {"Origin": "https://app.example"}, "server.origins"),
                (403, {"Sec-Fetch-Site": "cross-site"}, "server.origins")):
            reply = client.get("/config", headers)
            self.assertEqual(reply.status, status)
            self.assertIn(key, reply.json["error"])

    def test_behind_a_proxy(self):
        _, host, port = self.listen(self.begin(
            "server: {hosts: [kodad.example], origins: ['https://kodad.example']}\n"))
        client = Client(port, host)
        self.addCleanup(client.close)
        reply = client.get("/config", {"Host": "kodad.example", "Origin": "https://kodad.example"})
        self.assertEqual(reply.status, 200, reply.body)

    def test_the_usual_port_gives_way(self):
        usual, configured = free_port(), free_port()
        options = {"--port": None, "--default-port": usual}
        _, _, port = self.listen(self.begin("version: 1\n", **options))
        self.assertEqual(port, usual)
        text = f"server: {{port: {configured}}}\n"
        _, _, port = self.listen(self.begin(text, **{**options, "--default-port": free_port()}))
        self.assertEqual(port, configured)

    def test_the_documented_keys_are_those_there_are(self):
        printed = subprocess.run([binary(), "--help-config"], capture_output=True, text=True,
                                 timeout=START_DEADLINE)
        self.assertEqual(printed.stderr, "")
        readme = pathlib.Path(__file__).parents[2] / "storage" / "config" / "README.md"
        self.assertTrue(readme.read_text().endswith("\n\n" + printed.stdout))

    def test_one_line_for_a_wrong_option(self):
        for words, told in ((["--prot", "1"], "did you mean --port?"),
                            (["--port", "abc"], "not abc"), (["--port"], "--port wants a number"),
                            (["--port=1", "--port=2"], "--port stands twice")):
            done = subprocess.run([binary(), *words], capture_output=True, text=True,
                                  timeout=START_DEADLINE)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertRegex(done.stderr, r"\Akodad: [^\n]+\n\Z")
            self.assertIn(told, done.stderr)
        for word in ("--version", "--help"):
            done = subprocess.run([binary(), word], capture_output=True, text=True,
                                  timeout=START_DEADLINE)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertRegex(done.stdout, r"\S\n\Z")


if __name__ == "__main__":
    main()
