"""The load of crash_test.py: clients that work, note what was promised to them, and check it.

A `Worker` owns its sessions and settings, so that it alone knows what they must hold. What was
acknowledged must be there; what was under way when the server died may be there or not, but whole.
"""

import http.client
import itertools
import random

from harness import bash, script, words
from sse import DELTAS, ENDS, CONTENT, Stream

TURNS_PER_SESSION = 15  # Below the retention of events, so that all can be replayed.
ABSENT = "absent"
LOST = (OSError, http.client.HTTPException)


class Book:
    """What a worker knows of one session."""

    def __init__(self, session_id, title):
        self.id = session_id
        self.titles = {title}
        self.said = {}       # content -> "sent", "acknowledged" or "refused"
        self.markers = {}    # token -> content of the message that asked for it
        self.waiting = {}    # question id -> the question, not answered by anyone
        self.answered = set()
        self.seen = {}       # event id -> (name, data)
        self.cursor = 0
        self.touched = True

    def turns(self):
        return sum(state != "refused" for state in self.said.values())


class Worker:
    def __init__(self, number, server, seed):
        self.number = number
        self.server = server
        self.choose = random.Random(seed * 100 + number)
        self.count = itertools.count()
        self.books = []
        self.settings = {}   # key -> the values it may have
        self.unsure = []     # requests that got no answer: (path, body, key, on_reply)
        self.problems = []
        self.acknowledged = 0
        self.client = None

    def name(self, stem):
        return f"{stem}-{self.number}-{next(self.count)}"

    def complain(self, what):
        self.problems.append(f"worker {self.number}: {what}")

    # --- the load --------------------------------------------------------------------------------

    def work(self, stopped):
        """Works until the server dies."""
        self.client = self.server.client(timeout=20)
        try:
            while not stopped.is_set():
                self.act()
        except LOST:
            pass
        finally:
            self.client.close()

    def act(self):
        free = [book for book in self.books if book.turns() < TURNS_PER_SESSION]
        if len(free) < 2 or self.choose.random() < 0.05:
            return self.create()
        act = self.choose.choices([self.say, self.answer, self.watch, self.rename],
                                  [5, 3, 3, 1])[0]
        if self.choose.random() < 0.2:
            return self.set()
        act(self.choose.choice(free))

    def post_once(self, path, body, on_reply):
        """A write that is repeated with its key after a crash, until it is answered."""
        key = self.name("key")
        request = (path, body, key, on_reply)
        self.unsure.append(request)
        self.repeat(request)

    def repeat(self, request):
        path, body, key, on_reply = request
        reply = self.client.post(path, body, {"Idempotency-Key": key})
        self.unsure.remove(request)
        if reply.status in (201, 202):
            self.acknowledged += 1
        elif reply.status not in (409, 429, 503):
            self.complain(f"POST {path}: {reply.status} {reply.body[:300]!r}")
        on_reply(reply)

    def create(self):
        title = self.name("title")
        body = {"agent_id": "engineer", "title": title, "metadata": {"n": title}}
        def note_reply(reply):
            if reply.status == 201:
                self.books.append(Book(reply.json["id"], title))
        self.post_once("/sessions", body, note_reply)

    def say(self, book):
        token = self.name("token")
        content = token + "\n" + script(*self.steps(token))
        def note_reply(reply):
            book.said[content] = "acknowledged" if reply.status == 202 else "refused"
        book.touched = True
        book.markers[token] = content
        book.said[content] = "sent"
        self.post_once(f"/sessions/{book.id}/messages", {"content": content}, note_reply)

    def steps(self, token):
        mark = f"printf 'x\\n' >> markers/{token}"
        return self.choose.choice([
            [{"text": words(20)}, bash(mark), {"text": words(10)}],
            [bash(f"sleep 0.05; {mark}"), {"text": words(10)}],
            [bash(f"{mark}; sleep 0.1; echo over")],
            [{"reasoning": words(10)}, {"delay_ms": 50}, {"text": words(20)}, bash(mark)],
            [{"tool": "write", "input": {"filePath": f"markers/{token}", "content": "x\n"}},
             {"text": "written"}],
            [{"tool": "question", "input": {"question": token, "options": ["a", "b"]}},
             bash(mark)],
            [bash(f"rm -f scratch-{token}; {mark}"), {"text": "asked"}],
            [{"text": "half "}, {"cut": True, "times": 1}, bash(mark)]])

    def answer(self, book):
        asked = self.client.expect(200, "GET", f"/sessions/{book.id}/questions")
        for question in asked:
            number = question["question_id"]
            if number in book.answered:
                self.complain(f"{number} is asked again after its answer")
            book.waiting[number] = question
            if self.choose.random() < 0.4:
                continue
            del book.waiting[number]
            book.touched = True
            reply = self.client.answer(book.id, number, self.choose.choice(
                ["once", "reject"] if question["purpose"] == "permission" else ["a", "b"]))
            if reply.status == 204:
                self.acknowledged += 1
                book.answered.add(number)
            elif reply.status != 409:
                self.complain(f"answer {number}: {reply.status} {reply.body[:300]!r}")

    def rename(self, book):
        title = self.name("title")
        book.titles.add(title)
        book.touched = True
        self.client.expect(200, "PATCH", f"/sessions/{book.id}", {"title": title})
        self.acknowledged += 1
        book.titles = {title}

    def set(self):
        key = f"worker.{self.number}.{self.choose.randrange(5)}"
        value = next(self.count)
        self.settings.setdefault(key, {ABSENT}).add(value)
        self.client.expect(200, "PUT", f"/settings/{key}", {"value": value})
        self.acknowledged += 1
        self.settings[key] = {value}

    def watch(self, book):
        """Reads on in the session's stream for a few frames."""
        with Stream(self.server.port, f"/sessions/{book.id}/stream", last_id=book.cursor,
                    timeout=0.3) as source:
            if source.status != 200:
                return self.complain(f"stream of {book.id}: {source.status}")
            try:
                for event in itertools.islice(source, 200):
                    self.note(book, event)
                    if event.name in ENDS:
                        return
            except TimeoutError:
                pass

    def note(self, book, event):
        """Keeps an event, and tells when its id was used for another one."""
        if event.name == "reset":
            self.complain(f"{book.id}: reset {event.data} for cursor {book.cursor}")
            book.cursor = event.data["last_event_id"]
        if event.id is None:
            return
        book.cursor = event.id
        name, data = book.seen.setdefault(event.id, (event.name, event.data))
        if not is_same(name, data, event):
            self.complain(f"{book.id}: event {event.id} was {name} {data}, now {event}")

    # --- the checks ------------------------------------------------------------------------------

    def check(self):
        """After a restart: everything acknowledged is there, every lost request can be repeated."""
        self.client = self.server.client()
        for request in list(self.unsure):
            self.repeat(request)
        for key, values in self.settings.items():
            reply = self.client.get(f"/settings/{key}")
            found = ABSENT if reply.status == 404 else reply.json["value"]
            if found not in values:
                self.complain(f"setting {key} is {found}, not one of {values}")
            self.settings[key] = {found}
        for book in self.books:
            if book.touched:
                book.touched = False
                self.check_session(book)
        self.client.close()

    def check_session(self, book):
        session = self.client.expect(200, "GET", f"/sessions/{book.id}")
        if session["title"] not in book.titles:
            self.complain(f"{book.id}: title {session['title']}, not one of {book.titles}")
        book.titles = {session["title"]}
        if session["last_event_id"] < book.cursor:
            self.complain(f"{book.id}: events end at {session['last_event_id']}, "
                          f"{book.cursor} was shown")
        said = [m["content"] for m in self.client.messages(book.id) if m["role"] == "user"]
        for content, state in book.said.items():
            times = said.count(content)
            if times not in {"sent": (0, 1), "acknowledged": (1,), "refused": (0,)}[state]:
                self.complain(f"{book.id}: {state} message is there {times} times: {content[:40]}")
        waiting = {q["question_id"]: q for q in self.client.questions(book.id)}
        for number, question in book.waiting.items():
            if waiting.get(number) != question:
                self.complain(f"{book.id}: waiting question {question} is {waiting.get(number)}")


def is_same(name, data, event):
    """Do the two frames tell the same? Runs of text may have been merged differently."""
    if name != event.name:
        return False
    if name not in DELTAS:
        return data == event.data
    one, two = data[CONTENT[name]], event.data[CONTENT[name]]
    return one.endswith(two) or two.endswith(one)
