"""The base of tests that work in one session: a new one for each test."""

from harness import ServerTest, script
from sse import replay, stream


def names(events):
    return [event.name for event in events]


class TurnTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.session = self.client.new_session(agent_id="engineer")["id"]
        self.path = f"/sessions/{self.session}"

    def open(self, query="", **options):
        source = stream(self.server, self.session, query, **options)
        self.addCleanup(source.close)
        return source

    def run_script(self, *steps):
        self.client.run(self.session, script(*steps))
        return replay(self.server, self.session)
