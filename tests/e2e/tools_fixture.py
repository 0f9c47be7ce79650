"""A session with a workspace of its own, whose tools a script calls."""

from harness import ServerTest, script


def tool(name, **arguments):
    return {"tool": name, "input": arguments}


class ToolsTest(ServerTest):
    config = "permission: {write: allow, edit: allow, bash: allow}\n"

    def setUp(self):
        super().setUp()
        self.place = self.server.workspace / self.id().rsplit(".", maxsplit=1)[-1]
        self.place.mkdir(parents=True)
        self.session = self.client.new_session(workspace=str(self.place))["id"]

    def put(self, path, content=""):
        target = self.place / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def parts(self):
        return [part for message in self.client.messages(self.session)
                for part in message["parts"] if part["type"] == "tool"]

    def new_parts(self, *steps):
        """What these calls became, in their order."""
        known = len(self.parts())
        self.client.run(self.session, script(*steps))
        return self.parts()[known:]
