"""A stream cut anywhere and resumed shows exactly what an uncut one shows.

The cut is at a random byte, so it falls into frames, between them and into multi-byte characters.
$KODAD_E2E_CUTS says how many cuts (1000), $KODAD_E2E_SEED which.
"""

import os
import random
import threading

from harness import ServerTest, bash, main, script, words
from sse import merged, replay, stream

CUTS = int(os.environ.get("KODAD_E2E_CUTS", "1000"))
SEED = int(os.environ.get("KODAD_E2E_SEED", "1"))
LIVE_READERS = 20

LONG_TURN = [
    {"reasoning": words(60, "thought")}, {"text": words(120, "größe\U0001f600")},
    bash("for i in 1 2 3 4 5; do echo line $i; done"), {"text": words(40)},
    {"tool": "write", "input": {"filePath": "made.txt", "content": words(200)}},
    {"tool": "read", "input": {"filePath": "made.txt"}}, bash("echo out; echo err >&2; exit 3"),
    {"reasoning": words(30, "doubt")}, {"text": words(100, "end")}]


class Resume(ServerTest):
    def setUp(self):
        super().setUp()
        self.session = self.client.new_session(agent_id="engineer")["id"]

    def check_chain(self, events, uncut):
        ids = [event.id for event in events if event.id is not None]
        self.assertEqual(ids, sorted(set(ids)), "ids do not grow")
        self.assertEqual(merged(events), merged(uncut))

    def test_a_kept_turn_resumes_at_any_byte(self):
        self.client.run(self.session, script({"text": "an earlier turn"}))
        self.client.run(self.session, script(*LONG_TURN))
        uncut = replay(self.server, self.session)
        self.assertGreater(len(merged(uncut)), 15)
        last = uncut[-1].id
        with stream(self.server, self.session, "?after=0") as source:
            source.until(lambda event: event.id == last)
            size = source.body_bytes
        choose = random.Random(SEED)
        for number in range(CUTS):
            first_cut = choose.randrange(size + 1)
            with self.subTest(number=number, first_cut=first_cut):
                self.check_chain(self.read_in_pieces(first_cut, last, choose, size), uncut)

    def read_in_pieces(self, first_cut, last, choose, size):
        """The turn, cut at `first_cut` and then up to twice more."""
        events = stream(self.server, self.session, "?after=0").read_bytes(first_cut)
        for _ in range(choose.randrange(3)):
            if not events or events[-1].id == last:
                break
            with stream(self.server, self.session, last_id=events[-1].id) as source:
                events += source.read_bytes(choose.randrange(1, size))
        cursor = events[-1].id if events else 0
        if cursor < last:
            with stream(self.server, self.session, last_id=cursor) as source:
                events += source.until(lambda event: event.id == last)
        return events

    def test_a_running_turn_resumes_at_any_byte(self):
        turn = self.client.say(self.session, script({"rate_tokens_per_s": 120}, *LONG_TURN))
        after = turn["after_event_id"]
        seen = {}
        threads = [threading.Thread(target=self.read_live, args=(number, after, seen))
                   for number in range(LIVE_READERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        uncut = replay(self.server, self.session, after)
        self.assertEqual(sorted(seen), list(range(LIVE_READERS)), "a reader failed")
        for number, (events, cuts) in seen.items():
            with self.subTest(reader=number, cuts=cuts):
                self.check_chain(events, uncut)

    def read_live(self, number, after, seen):
        """Follows the turn, hanging up again and again after some hundred bytes."""
        choose = random.Random(SEED * 1000 + number)
        events = []
        cuts = 0
        patience = 4000  # Grows where a single frame is larger.
        while not events or events[-1].name not in ("done", "error"):
            cursor = events[-1].id if events else after
            source = stream(self.server, self.session, last_id=cursor)
            more = source.until(("done", "error")) if number == 0 else source.read_bytes(
                choose.randrange(50, patience))
            source.close()
            patience = 4000 if more else patience * 2
            events += more
            cuts += 1
        seen[number] = (events, cuts)

    def test_a_resume_over_a_restart_sees_the_rest(self):
        self.client.run(self.session, script(*LONG_TURN))
        uncut = replay(self.server, self.session)
        choose = random.Random(SEED)
        cut = stream(self.server, self.session, "?after=0").read_bytes(choose.randrange(20000))
        self.server.restart()
        cursor = cut[-1].id if cut else 0
        self.check_chain(cut + replay(self.server, self.session, cursor), uncut)
        self.client = self.server.client()
        self.client.run(self.session, script({"text": "after the restart"}))
        more = replay(self.server, self.session, uncut[-1].id)
        self.assertEqual(more[0].name, "turn_start")
        self.assertGreater(more[0].id, uncut[-1].id)


if __name__ == "__main__":
    main()
