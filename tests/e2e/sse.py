"""Reads kodad's event streams: frames with ids over a raw socket, cut wherever a test likes."""

import json
import socket
import time

from harness import TURN_DEADLINE

DELTAS = ("delta", "reasoning_delta", "tool_input_delta", "tool_output")
CONTENT = {"delta": "content", "reasoning_delta": "content", "tool_input_delta": "delta",
           "tool_output": "chunk"}
ENDS = ("done", "error")


class Event:
    """One frame. `id` is None for a frame without one."""

    __slots__ = ("id", "name", "data")

    def __init__(self, number, name, data):
        self.id = number
        self.name = name
        self.data = data

    def __repr__(self):
        return f"Event({self.id}, {self.name}, {self.data})"


class FrameReader:
    """Bytes in, whole frames out. Comments and retry lines are counted, not reported."""

    def __init__(self):
        self.rest = b""
        self.comments = []
        self.retry = None

    def feed(self, data):
        self.rest += data
        *blocks, self.rest = self.rest.split(b"\n\n")
        events = []
        for block in blocks:
            event = self._read(block.decode("utf-8"))
            if event:
                events.append(event)
        return events

    def _read(self, block):
        number = name = None
        data = []
        for line in block.split("\n"):
            key, _, value = line.partition(":")
            value = value[1:] if value.startswith(" ") else value
            if not key and line:
                self.comments.append(value)
            elif key == "id":
                number = int(value)
            elif key == "event":
                name = value
            elif key == "data":
                data.append(value)
            elif key == "retry":
                self.retry = int(value)
        if name is None and not data:
            return None
        if len(data) != 1:
            raise AssertionError(f"a frame has {len(data)} data lines: {block!r}")
        if not data[0].startswith(f'{{"type":"{name}"'):
            raise AssertionError(f"the data does not begin with the event's name: {block!r}")
        told = json.loads(data[0])
        del told["type"]
        return Event(number, name, told)


class ChunkedReader:
    """Takes the chunked framing off a body."""

    def __init__(self):
        self.rest = b""
        self.left = 0
        self.ended = False

    def feed(self, data):
        self.rest += data
        out = b""
        while self.rest and not self.ended:
            if self.left > 2:
                piece = self.rest[:self.left - 2]
                out += piece
                self.left -= len(piece)
                self.rest = self.rest[len(piece):]
            elif self.left > 0:
                piece = self.rest[:self.left]
                self.left -= len(piece)
                self.rest = self.rest[len(piece):]
            else:
                line, found, after = self.rest.partition(b"\r\n")
                if not found:
                    break
                size = int(line.split(b";")[0], 16)
                self.ended = size == 0
                self.left = size + 2
                self.rest = after
        return out


class Stream:
    """An open event stream. Iterating yields events until the server ends it."""

    def __init__(self, port, path, last_id=None, method="GET", body=None, headers=None,
                 timeout=TURN_DEADLINE, receive_buffer=None):
        self.link = socket.socket()
        if receive_buffer:
            self.link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.link.settimeout(timeout)
        self.link.connect(("127.0.0.1", port))
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}",
                 "Accept: text/event-stream"]
        if last_id is not None:
            lines.append(f"Last-Event-ID: {last_id}")
        content = b""
        if body is not None:
            content = json.dumps(body).encode()
            lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.link.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        self.frames = FrameReader()
        self.chunks = None
        self.ready = []
        self.body_bytes = 0
        self._read_head()

    def _read_head(self):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = self.link.recv(65536)
            if not piece:
                raise ConnectionError(f"closed within the head: {head!r}")
            head += piece
        head, _, rest = head.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        pairs = (line.partition(":") for line in lines)
        self.headers = {name.lower(): value.strip() for name, _, value in pairs}
        if self.headers.get("transfer-encoding") == "chunked":
            self.chunks = ChunkedReader()
        self.first_bytes = rest
        if self.status == 200:
            self._take(rest)

    def _take(self, data):
        body = self.chunks.feed(data) if self.chunks else data
        self.body_bytes += len(body)
        self.ready += self.frames.feed(body)

    def ended_on_purpose(self):
        """Has the last chunk come? A stream that was cut off has none."""
        return self.chunks is not None and self.chunks.ended

    def pull(self, size=65536):
        """Reads once. False when the stream has ended."""
        if self.chunks and self.chunks.ended:
            return False
        data = self.link.recv(size)
        if not data:
            return False
        self._take(data)
        return True

    def __iter__(self):
        while True:
            while self.ready:
                yield self.ready.pop(0)
            if not self.pull():
                if not self.ready:
                    return

    def next(self):
        for event in self:
            return event
        raise AssertionError("the stream ended")

    def read_bytes(self, count):
        """The events of the first `count` bytes of the body, or up to a turn's end; hangs up."""
        while self.body_bytes < count and not any(event.name in ENDS for event in self.ready):
            if not self.pull(min(65536, count - self.body_bytes)):
                break
        events, self.ready = self.ready, []
        self.close()
        return events

    def until(self, wanted, deadline=TURN_DEADLINE):
        """Events up to and with the first that is `wanted`: a name, names, or a predicate."""
        names = (wanted,) if isinstance(wanted, str) else wanted
        fits = wanted if callable(wanted) else lambda event: event.name in names
        events = []
        end = time.monotonic() + deadline
        for event in self:
            events.append(event)
            if fits(event):
                return events
            if time.monotonic() > end:
                break
        raise AssertionError(f"no {wanted} among {[e.name for e in events][-20:]}")

    def close(self):
        self.link.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def stream(server, session, query="", **options):
    return Stream(server.port, f"/sessions/{session}/stream{query}", **options)


def follow(server, session):
    """All events up to the turn's end, for a client that resumes whenever it is cut off."""
    events = []
    deadline = time.monotonic() + TURN_DEADLINE
    while not events or events[-1].name not in ENDS:
        if time.monotonic() > deadline:
            raise AssertionError(f"no end among {[e.name for e in events][-20:]}")
        with stream(server, session, last_id=events[-1].id if events else 0) as source:
            for event in source:
                events.append(event)
                if event.name in ENDS:
                    break
    return events


def replay(server, session, after=0):
    """All events up to the end of the session's last turn. The session must be idle."""
    last = server.client().expect(200, "GET", f"/sessions/{session}")["last_event_id"]
    if last <= after:
        return []
    with stream(server, session, f"?after={after}") as source:
        return source.until(lambda event: event.id is not None and event.id >= last)


def merged(events):
    """The events with every run of deltas of one kind joined, which is what no merging changes."""
    out = []
    for event in events:
        if event.id is None:
            continue
        if event.name not in DELTAS:
            out.append((event.name, event.id, event.data))
            continue
        field = CONTENT[event.name]
        kind = (event.name, event.data.get("call_id"))
        if out and out[-1][0] == kind:
            out[-1] = (kind, None, out[-1][2] + event.data[field])
        else:
            out.append((kind, None, event.data[field]))
    return out


def text_of(events):
    """The answer's text, without what a failed attempt said."""
    kept = []
    for event in events:
        if event.name == "delta":
            kept.append(event)
        if event.name == "retry" and event.data.get("void_after") is not None:
            kept = [e for e in kept if e.id <= event.data["void_after"]]
    return "".join(event.data["content"] for event in kept)
