"""A provider that only a proxy reaches: with CONNECT and without, with the proxy's own credentials,
with an own CA, by the configuration's word and by the environment's variables."""

import base64
import pathlib
import select
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

import fake_openai as fake
from harness import Server, main
from sse import replay, text_of

USER, SECRET = "ann", "hunter2-of-the-proxy"


class Proxy:
    """Takes CONNECT and plain requests for any host to one port of this machine."""

    def __init__(self, port, credentials=None):
        self.target = port
        self.wanted = credentials and "Basic " + base64.b64encode(credentials.encode()).decode()
        self.seen = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_quietly, args=(link,), daemon=True).start()

    def serve_quietly(self, link):
        try:
            self.serve(link)
        except OSError:
            pass  # One side hung up.

    def serve(self, link):
        with link:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = link.recv(65536)
                if not piece:
                    return
                head += piece
            line, rest = head.split(b"\r\n", 1)
            method, target, _ = line.decode().split(" ", 2)
            fields = dict(field.split(": ", 1) for field in
                          rest.split(b"\r\n\r\n")[0].decode().split("\r\n") if ": " in field)
            given = {name.lower(): value for name, value in fields.items()}
            self.seen.append((method, target, given.get("proxy-authorization")))
            if self.wanted and given.get("proxy-authorization") != self.wanted:
                link.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                             b"Content-Length: 0\r\nConnection: close\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", self.target)) as other:
                if method == "CONNECT":
                    link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                else:
                    path = "/" + target.split("/", 3)[3]
                    other.sendall(f"{method} {path} HTTP/1.1\r\n".encode() + rest)
                self.pump(link, other)

    @staticmethod
    def pump(one, other):
        while True:
            ready, _, _ = select.select([one, other], [], [], 60)
            for source in ready:
                piece = source.recv(65536)
                if not piece:
                    return
                (other if source is one else one).sendall(piece)
            if not ready:
                return

    def close(self):
        self.listener.close()


def make_certificates(folder):
    """An own CA, and what it signed for provider.test."""
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem",
            "-days", "2", "-subj", "/CN=CA of the test", "-addext",
            "basicConstraints=critical,CA:TRUE")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "request.pem",
            "-subj", "/CN=provider.test")
    (folder / "names").write_text("subjectAltName=DNS:provider.test\n")
    openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "cert.pem")


class InEnvironment(Server):
    """A server with more variables."""

    def __init__(self, config, variables):
        self.variables = variables
        super().__init__(config)

    def environment(self):
        kept = {name: value for name, value in super().environment().items()
                if name.lower() not in ("no_proxy", "http_proxy", "https_proxy", "all_proxy")}
        return {**kept, **self.variables}


class ProxyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="kodad-ca-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        make_certificates(cls.folder)

    def setUp(self):
        self.provider = fake.FakeOpenAI(fake.say("Through."))
        self.addCleanup(self.provider.close)

    def seal(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "cert.pem", self.folder / "key.pem")
        self.provider.http.socket = context.wrap_socket(self.provider.http.socket,
                                                        server_side=True)

    def proxy(self, credentials=None):
        proxy = Proxy(self.provider.port, credentials)
        self.addCleanup(proxy.close)
        return proxy

    def play(self, url, variables=None, top="", own=""):
        """The events of a turn with a provider at `url`."""
        config = (f"version: 1\nmodels_dev: {{url: ''}}\n{top}\nproviders:\n  - id: fake\n"
                  f"    base_url: {url}\n    models: [{{id: {fake.MODEL}}}]\n{own}"
                  "session: {max_retries: 0}\n")
        self.server = InEnvironment(config, variables or {})
        self.addCleanup(self.server.close)
        client = self.server.client()
        session = client.new_session(model_id=f"fake/{fake.MODEL}", title="Titled")["id"]
        client.run(session, "Go")
        return replay(self.server, session, 0)

    def assert_through(self, events):
        self.assertEqual(events[-1].name, "done", events[-1].data)
        self.assertEqual(text_of(events), "Through.")

    def test_a_plain_address_goes_by_the_configured_proxy(self):
        proxy = self.proxy()
        self.assert_through(self.play("http://provider.test/v1",
                                      top=f"proxy: http://127.0.0.1:{proxy.port}"))
        self.assertTrue(proxy.seen[0][1].startswith("http://provider.test/v1/"), proxy.seen)

    def test_a_sealed_address_goes_through_a_tunnel_and_trusts_an_own_ca(self):
        self.seal()
        proxy = self.proxy()
        own = (f"    proxy: http://127.0.0.1:{proxy.port}\n"
               f"    ca_file: {self.folder / 'ca.pem'}\n")
        self.assert_through(self.play("https://provider.test/v1", own=own))
        self.assertEqual(proxy.seen[-1][:2], ("CONNECT", "provider.test:443"))

    def test_without_the_ca_nothing_is_sent(self):
        self.seal()
        proxy = self.proxy()
        events = self.play("https://provider.test/v1", top=f"proxy: 127.0.0.1:{proxy.port}")
        self.assertEqual(events[-1].data["code"], "provider_down")
        self.assertEqual(self.provider.requests, [])

    def test_the_variables_count_when_the_configuration_says_so(self):
        self.seal()
        proxy = self.proxy(f"{USER}:{SECRET}")
        address = f"http://{USER}:{SECRET}@127.0.0.1:{proxy.port}"
        variables = {"HTTPS_PROXY": address, "SSL_CERT_FILE": str(self.folder / "ca.pem")}

        events = self.play("https://provider.test/v1", variables)
        self.assertEqual(events[-1].data["code"], "provider_down")
        self.assertEqual(proxy.seen, [])

        self.assert_through(self.play("https://provider.test/v1", variables,
                                      top="proxy: environment"))
        self.assertTrue(proxy.seen)
        self.assertNotIn(SECRET, self.server.tail())

    def test_loopback_and_what_is_named_go_past_the_proxy(self):
        proxy = self.proxy()
        self.assert_through(self.play(self.provider.url, top=f"proxy: 127.0.0.1:{proxy.port}"))
        variables = {"ALL_PROXY": f"http://127.0.0.1:{proxy.port}", "NO_PROXY": ".test"}
        events = self.play("http://provider.test/v1", variables, top="proxy: environment")
        self.assertEqual(events[-1].data["code"], "provider_down")
        self.assertEqual(proxy.seen, [])

    def test_a_proxy_that_refuses_is_told_of_without_its_credentials(self):
        self.seal()
        proxy = self.proxy("someone:else")
        events = self.play("https://provider.test/v1",
                           top=f"proxy: http://{USER}:{SECRET}@127.0.0.1:{proxy.port}")
        end = events[-1].data
        self.assertEqual(end["code"], "provider_auth")
        self.assertIn("the proxy 127.0.0.1 does not take the configured credentials",
                      end["message"])
        self.assertEqual([event for event in events if event.name == "retry"], [])
        self.assertNotIn(SECRET, str([event.data for event in events]) + self.server.tail())

    def test_what_cannot_be_is_refused_at_the_start(self):
        for top in (f"proxy: ftp://{USER}:{SECRET}@h", "ca_file: /nowhere/ca.pem"):
            with self.assertRaises(AssertionError) as raised:
                Server(f"version: 1\n{top}\n")
            self.assertIn(top.split(":")[0], str(raised.exception))
            self.assertNotIn(SECRET, str(raised.exception))


if __name__ == "__main__":
    main()
