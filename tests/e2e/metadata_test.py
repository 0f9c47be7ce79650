"""Where models' sizes and prices come from: a fake models.dev, the copy of it, the snapshot."""

import gzip
import http.server
import json
import threading
import unittest

import fake_openai as fake
from harness import Server, main, until

FACTS = {"reasoning": True, "tool_call": True,
         "modalities": {"input": ["text", "pdf"], "output": ["text"]},
         "limit": {"context": 5000, "output": 700},
         "cost": {"input": 1000, "output": 2000, "cache_read": 100,
                  "tiers": [{"tier": {"size": 200000}, "input": 3000, "output": 4000}]}}


class ModelsDev(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        world = self.server.world
        asked = self.headers.get("If-None-Match")
        world.asked.append(asked)
        status = world.status or (304 if asked == world.etag else 200)
        body = b""
        if status == 200:
            body = gzip.compress(json.dumps(world.list).encode())
        self.send_response(status)
        self.send_header("ETag", world.etag)
        if body:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class World:
    """What models.dev says, and what it was asked with."""

    def __init__(self):
        self.asked = []
        self.etag = 'W/"one"'
        self.status = None
        self.list = {"fake": {"id": "fake", "name": "Fake", "models": {fake.MODEL: FACTS}}}
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), ModelsDev)
        self.http.daemon_threads = True
        self.http.world = self
        self.url = f"http://127.0.0.1:{self.http.server_port}/api.json"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


class Metadata(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)
        self.provider = fake.FakeOpenAI(fake.say("Hello"))
        self.addCleanup(self.provider.close)
        self.model = f"fake/{fake.MODEL}"

    def start(self, config):
        self.server = Server(config)
        self.addCleanup(self.server.close)
        self.client = self.server.client()

    def shown(self):
        models = {model["id"]: model for model in self.client.expect(200, "GET", "/models")}
        return models.get(self.model, {})

    def await_price(self, price):
        return until(lambda: self.shown().get("cost_input") == price and self.shown(),
                     f"the price is {price}")

    def test_sizes_and_prices_come_from_models_dev_and_turns_are_charged_by_them(self):
        self.start(self.provider.config(self.world.url))
        model = self.await_price(1000)
        self.assertEqual(model["context_size"], 100000)  # As configured.
        self.assertEqual(model["max_output_tokens"], 700)
        self.assertTrue(model["reasoning"])
        self.assertTrue(model["pdf"])
        self.assertEqual(model["variants"], ["low", "high", "max"])
        self.assertEqual(model["cost_tiers"],
                         [{"above_tokens": 200000, "cost_input": 3000, "cost_output": 4000}])
        session = self.client.new_session(model_id=self.model, title="Titled")["id"]
        self.client.run(session, "Go on")
        cost = self.client.expect(200, "GET", f"/sessions/{session}")["cost"]
        self.assertAlmostEqual(cost, 11 * 0.001 + 7 * 0.002)

    def test_the_copy_outlives_the_process_and_a_refresh_asks_with_its_etag(self):
        self.start(self.provider.config(self.world.url))
        self.await_price(1000)
        self.server.restart()
        self.client = self.server.client()
        self.await_price(1000)
        self.assertEqual(self.world.asked, [None])
        self.client.expect(200, "POST", "/models/refresh")
        self.assertEqual(self.world.asked, [None, self.world.etag])

        self.world.etag = '"two"'
        self.world.list["fake"]["models"][fake.MODEL] = {**FACTS, "cost": {"input": 7, "output": 8}}
        self.client.expect(200, "POST", "/models/refresh")
        self.assertEqual(self.shown()["cost_input"], 7)

    def test_a_failed_refresh_is_named_and_takes_nothing_away(self):
        self.start(self.provider.config(self.world.url))
        self.await_price(1000)
        self.world.status = 500
        reply = self.client.post("/models/refresh")
        self.assertEqual(reply.status, 200)
        self.assertEqual(reply.headers["x-provider-errors"], "models.dev")
        self.assertEqual(self.shown()["cost_input"], 1000)
        config = self.client.expect(200, "GET", "/config")
        named, = [one for one in config["providers"] if one["id"] == "models.dev"]
        self.assertEqual(named["error"], "status 500")

        self.world.status = None
        reply = self.client.post("/models/refresh")
        self.assertNotIn("x-provider-errors", reply.headers)

    def test_when_nothing_answers_a_refresh_fails(self):
        self.start(self.provider.config(self.world.url))
        self.await_price(1000)
        self.world.status = 500
        self.provider.close()
        reply = self.client.post("/models/refresh")
        self.assertEqual(reply.status, 502)
        self.assertEqual(self.shown()["cost_input"], 1000)

    def test_a_host_that_never_asks_has_the_snapshot(self):
        vendor = "id: anthropic\n    type: openai-chat\n"
        config = self.provider.config().replace("id: fake\n", vendor, 1)
        self.model = "anthropic/claude-sonnet-4-5"
        self.start(config.replace(f"id: {fake.MODEL}", "id: claude-sonnet-4-5"))
        self.await_price(3)
        self.assertEqual(self.client.post("/models/refresh").status, 200)
        self.assertEqual(self.world.asked, [])

    def test_the_simulation_alone_asks_nobody(self):
        self.start(f"models_dev: {{url: '{self.world.url}'}}\n")
        self.assertEqual(self.client.post("/models/refresh").status, 200)
        self.assertEqual(self.world.asked, [])


if __name__ == "__main__":
    main()
