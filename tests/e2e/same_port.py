"""A server that is found where it was before, for clients that come back by themselves."""

import random
import socket

from harness import Server


def port_of_its_own():
    """A port that the system gives to no outgoing connection: whoever tries to reach the host while
    it is down might otherwise end up connected to itself, and hold the port."""
    while True:
        port = random.randrange(15000, 30000)
        with socket.socket() as link:
            try:
                link.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


class SamePort(Server):
    def __init__(self, *given, **more):
        self.own_port = port_of_its_own()
        super().__init__(*given, **more)

    def command(self):
        words = super().command()
        words[words.index("--port") + 1] = str(self.own_port)
        return words
