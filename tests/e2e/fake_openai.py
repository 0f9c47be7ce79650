"""A small OpenAI-compatible provider in a thread, which answers as scripted and keeps what it got.

`plan` is a list of answers, one per chat request; the last one repeats. An answer is a function
that gets the request handler and the request's JSON and writes whatever it likes to the socket.
"""

import http.server
import json
import socket
import threading

MODEL = "fake-model"
PATHS = ("/chat/completions", "/messages", "/responses", ":streamGenerateContent")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.server.owner.links.append(self.connection)

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path.endswith("/models"):
            return send_json(self, 200, {"object": "list",
                                         "data": [{"id": MODEL, "object": "model"}]})
        send_json(self, 404, {"error": {"message": "no such path"}})

    def do_POST(self):
        size = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(size))
        if not self.path.split("?")[0].endswith(PATHS):
            return send_json(self, 404, {"error": {"message": "no such path"}})
        answer = self.server.owner.take(
            body, {name.lower(): value for name, value in self.headers.items()})
        try:
            answer(self, body)
        except (BrokenPipeError, ConnectionResetError):
            self.server.owner.hung_up.set()
            self.close_connection = True


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        pass


class FakeOpenAI:
    def __init__(self, *plan):
        self.plan = list(plan)
        self.requests = []
        self.headers = []
        self.lock = threading.Lock()
        self.hung_up = threading.Event()
        self.links = []
        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.http.owner = self
        self.port = self.http.server_port
        self.url = f"http://127.0.0.1:{self.port}/v1"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def take(self, body, headers):
        with self.lock:
            self.requests.append(body)
            self.headers.append(headers)
            return self.plan.pop(0) if len(self.plan) > 1 else self.plan[0]

    def then(self, *plan):
        """What comes from now on."""
        with self.lock:
            self.plan = list(plan)

    def config(self, models_dev="", **session):
        """A configuration with this provider; by default models.dev is never asked."""
        lines = ["version: 1", f"models_dev: {{url: '{models_dev}'}}",
                 "providers:", "  - id: fake", f"    base_url: {self.url}",
                 "    api_key: sk-secret-of-the-test", "    models:", f"      - id: {MODEL}",
                 "        name: Fake", "        context_size: 100000"]
        if session:
            lines.append("session:")
            lines += [f"  {key}: {value}" for key, value in session.items()]
        return "\n".join(lines) + "\n"

    def close(self):
        self.http.shutdown()
        self.http.server_close()
        for link in self.links:
            try:
                link.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def send_json(handler, status, value, headers=None):
    content = json.dumps(value).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(content)))
    for name, text in (headers or {}).items():
        handler.send_header(name, text)
    handler.end_headers()
    handler.wfile.write(content)


def begin_stream(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True


def send_data(handler, text):
    handler.wfile.write(b"data: " + text.encode() + b"\n\n")
    handler.wfile.flush()


def chunk(delta, finish=None, **more):
    return json.dumps({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1,
                       "model": MODEL,
                       "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
                       **more})


def end_stream(handler, finish):
    send_data(handler, chunk({}, finish))
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    send_data(handler, json.dumps({"id": "chatcmpl-1", "object": "chat.completion.chunk",
                                   "created": 1, "model": MODEL, "choices": [], "usage": usage}))
    send_data(handler, "[DONE]")


# --- answers ------------------------------------------------------------------------------------

def say(*pieces):
    def answer(handler, _):
        begin_stream(handler)
        send_data(handler, chunk({"role": "assistant", "content": ""}))
        for piece in pieces:
            send_data(handler, chunk({"content": piece}))
        end_stream(handler, "stop")
    return answer


def call_part(index, call_id, name, arguments):
    return {"tool_calls": [{"index": index, "id": call_id, "type": "function",
                            "function": {"name": name, "arguments": arguments}}]}


def more_arguments(index, arguments):
    return {"tool_calls": [{"index": index, "function": {"arguments": arguments}}]}


def call(*calls):
    """Asks for tool calls, given as (call id, tool, arguments), the arguments in two pieces."""
    def answer(handler, _):
        begin_stream(handler)
        send_data(handler, chunk({"role": "assistant", "content": None}))
        for index, (call_id, name, arguments) in enumerate(calls):
            text = json.dumps(arguments)
            send_data(handler, chunk(call_part(index, call_id, name, "")))
            send_data(handler, chunk(more_arguments(index, text[:5])))
            send_data(handler, chunk(more_arguments(index, text[5:])))
        end_stream(handler, "tool_calls")
    return answer


def refuse(status, message, kind="server_error", code=None, headers=None):
    def answer(handler, _):
        send_json(handler, status, {"error": {"message": message, "type": kind, "code": code}},
                  headers)
    return answer


def cut_text(*pieces):
    """Text, and then the connection is gone without an end."""
    def answer(handler, _):
        begin_stream(handler)
        for piece in pieces:
            send_data(handler, chunk({"content": piece}))
    return answer


def cut_call(call_id, name, arguments, whole=False):
    """A tool call whose stream ends in the midst of its arguments, or right after them."""
    def answer(handler, _):
        text = json.dumps(arguments)
        begin_stream(handler)
        send_data(handler, chunk(call_part(0, call_id, name, "")))
        send_data(handler, chunk(more_arguments(0, text if whole else text[:len(text) // 2])))
    return answer


def garbage(text):
    def answer(handler, _):
        begin_stream(handler)
        send_data(handler, text)
        send_data(handler, "[DONE]")
    return answer


def stall(fake, *pieces):
    """Text, then silence until the client hangs up, which sets `fake.hung_up`."""
    def answer(handler, _):
        begin_stream(handler)
        for piece in pieces:
            send_data(handler, chunk({"content": piece}))
        # The client's hanging up shows as the end of its half of the connection.
        handler.connection.settimeout(120)
        if not handler.rfile.read(1):
            fake.hung_up.set()
    return answer


def check_conversation(messages):
    """Why a provider would refuse this conversation, or None."""
    waiting = []
    for message in messages:
        if message["role"] == "tool":
            if message.get("tool_call_id") not in waiting:
                return f"a result without its call: {message}"
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            return f"calls without a result before {message['role']}: {waiting}"
        waiting = [made["id"] for made in message.get("tool_calls") or []]
        if len(set(waiting)) != len(waiting):
            return f"a call id twice: {waiting}"
        for made in message.get("tool_calls") or []:
            json.loads(made["function"]["arguments"])
    return f"calls without a result at the end: {waiting}" if waiting else None
