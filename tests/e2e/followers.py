"""Clients that follow one session's stream over any number of cuts: libraries from npm (each in a
process of peers/follow.mjs), Python's http.client, and curl."""

import http.client
import json
import os
import subprocess
import threading

from peer_packages import HERE
from sse import ENDS, Event, FrameReader

LIBRARIES = ("eventsource 2", "eventsource 3", "fetch-event-source", "undici", "hey-api")
AGAIN = 0.2  # Seconds until the next attempt.


class Follower:
    """Reads in a thread of its own. `events` only grows; `ended` tells of a stream that came to a
    clean end, which none of these ever should."""

    def __init__(self, name):
        self.name = name
        self.events = []
        self.ended = False
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.follow, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def last_id(self):
        return self.events[-1].id if self.events else 0

    def has_seen_end_of(self, turn):
        return any(event.name in ENDS and event.data.get("turn") == turn
                   for event in list(self.events[-20:]))

    def __str__(self):
        return f"{self.name}: {len(self.events)} events, the last {self.last_id()}"

    def close(self):
        self.over.set()
        self.thread.join(30)


class Library(Follower):
    def __init__(self, name, url, packages, generated):
        super().__init__(name)
        self.log = []
        self.child = subprocess.Popen(
            ["node", HERE / "follow.mjs", name, packages, url, generated],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.errors = threading.Thread(target=lambda: self.log.extend(self.child.stderr),
                                       daemon=True)
        self.errors.start()

    def follow(self):
        for line in self.child.stdout:
            number, *rest = json.loads(line)
            if not rest:
                self.ended = True
                continue
            name, data = rest
            told = json.loads(data)
            del told["type"]
            self.events.append(Event(int(number), name, told))

    def __str__(self):
        ending = self.child.poll()
        return (super().__str__() + ("" if ending is None else f", ended with {ending}")
                + "".join(f"\n  {line.rstrip()}" for line in self.log[-20:]))

    def close(self):
        self.child.kill()
        super().close()
        self.child.wait()
        self.errors.join(30)
        self.child.stdout.close()
        self.child.stderr.close()


class Repeating(Follower):
    """Asks again with the last id whenever it is cut off."""

    def __init__(self, name, port, path):
        super().__init__(name)
        self.port = port
        self.path = path

    def follow(self):
        while not self.over.is_set() and not self.ended:
            try:
                self.read()
            except (OSError, http.client.HTTPException):
                pass
            self.over.wait(AGAIN)


class HttpClient(Repeating):
    def read(self):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            link.request("GET", self.path, headers={"Last-Event-ID": str(self.last_id())})
            reply = link.getresponse()
            frames = FrameReader()
            while reply.status == 200 and not self.over.is_set():
                piece = reply.read1(65536)
                self.events += frames.feed(piece)
                if not piece:
                    self.ended = True
                    return
        finally:
            link.close()


class Curl(Repeating):
    def read(self):
        child = subprocess.Popen(
            ["curl", "-sfN", "-H", f"Last-Event-ID: {self.last_id()}",
             f"http://127.0.0.1:{self.port}{self.path}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.child = child
        with child:
            frames = FrameReader()
            while piece := os.read(child.stdout.fileno(), 65536):
                self.events += frames.feed(piece)
        self.ended = self.ended or child.returncode == 0

    def close(self):
        self.over.set()
        self.child.kill()
        super().close()
