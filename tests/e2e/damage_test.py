"""What kodad says of a database that is damaged, cut off, missing or too new, and what it answers.

The promise: it never takes damage for truth, never dies without a word and never deletes a stored
file because of it. 200 seeds with KODAD_DAMAGE_SEEDS=200; a few by default.
"""

import hashlib
import os
import random
import shutil
import struct
import subprocess
import unittest

from harness import Server, main, script, until

PAGE = 4096
SEEDS = int(os.environ.get("KODAD_DAMAGE_SEEDS", "12"))
WAYS = "restore a backup of {0}, or move it aside to begin anew"


def damage(data, chance):
    """The bytes of a database, harmed in one of seven ways."""
    out = bytearray(data)
    at = chance.randrange(len(data) // PAGE) * PAGE
    kind = chance.randrange(7)
    if kind == 0:
        return bytes(out[:chance.randrange(len(data))])
    if kind == 1:
        return bytes(out[:at])
    if kind == 2:
        out[at + chance.randrange(64)] ^= 1 << chance.randrange(8)
    if kind == 3:
        for _ in range(1 + chance.randrange(8)):
            out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    if kind == 4:
        out[at:at + PAGE] = chance.randbytes(PAGE)
    if kind == 5:
        source = chance.randrange(len(data) // PAGE) * PAGE
        out[at:at + PAGE] = data[source:source + PAGE]
    if kind == 6:
        out[at:at + PAGE] = bytes(PAGE)
    return bytes(out)


class Damage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        client = cls.server.client()
        for i in range(12):
            made = client.new_session(title=f"Session {i}", metadata={"number": i, "x": "y" * 900})
            client.run(made["id"], script({"text": f"answer {i} " * 30}))
            if i % 4 == 0:
                client.run(made["id"], script({"text": "read"}) + chr(97 + i) * 150_000)
        for i in range(5):
            client.expect(201, "POST", "/agents", {"id": f"agent{i}", "system_prompt": "p" * 2000})
            client.expect(200, "PUT", f"/settings/key{i}", {"value": {"a": [i] * 50}})
        cls.sessions = [s["id"] for s in client.expect(200, "GET", "/sessions")]
        cls.paths = ["/sessions", "/sessions?limit=3", "/agents", "/settings", "/settings/key2"]
        cls.paths += [f"/sessions/{i}{tail}" for i in cls.sessions
                      for tail in ("", "/messages", "/turn", "/questions")]
        cls.truth = cls.answers(client)
        cls.events = {i: cls.replay(client, i) for i in cls.sessions[:3]}
        cls.server.terminate()
        cls.state = cls.server.state
        cls.path = cls.state / "data.mdb"
        cls.sound = cls.path.read_bytes()
        cls.blobs = cls.stored_files()
        assert len(cls.blobs) >= 3

    @classmethod
    def answers(cls, client):
        return {path: client.get(path) for path in cls.paths}

    @staticmethod
    def replay(client, session):
        return client.get(f"/sessions/{session}/stream?after=0&until=done").body

    @classmethod
    def stored_files(cls):
        return {f: hashlib.sha256(f.read_bytes()).hexdigest()
                for f in (cls.state / "blobs").rglob("*") if f.is_file()}

    def setUp(self):
        # In place: each test begins with the sound state.
        (self.state / "lock.mdb").unlink(missing_ok=True)
        if self.path.is_dir():
            self.path.rmdir()
        self.path.write_bytes(self.sound)
        self.addCleanup(self.server.kill)

    def refusal(self):
        """The one line that is said; nothing in the state may change meanwhile."""
        before = {f: f.read_bytes() for f in self.state.rglob("*")
                  if f.is_file() and f.name != "lock"}
        ran = subprocess.run(self.server.command(), stdin=subprocess.DEVNULL, timeout=30,
                             env=self.server.environment(), cwd=self.server.workspace,
                             capture_output=True, check=False)
        said = ran.stderr.decode()
        self.assertEqual(ran.returncode, 2, said)
        self.assertEqual(ran.stdout, b"")
        lines = [line for line in said.splitlines() if str(self.path) in line]
        self.assertEqual(len(lines), 1, said)
        after = {f: f.read_bytes() for f in self.state.rglob("*")
                 if f.is_file() and f.name != "lock"}
        self.assertEqual(before.keys(), after.keys())
        self.assertEqual(before, after)
        return lines[0]

    def starts(self):
        """Does it start? If not, it says why in the way it should."""
        at = self.server.log.stat().st_size
        try:
            self.server.start()
            return True
        except AssertionError:
            said = self.server.log.read_text(errors="replace")[at:]
            self.assertIn(str(self.path), said)
            self.assertIn(WAYS.format(self.state), said)
            self.assertEqual(self.server.child.returncode, 2, said)
            return False

    def judge(self, got):
        """Is every answer the truth or an error that says that something is damaged?"""
        for path, reply in got.items():
            if reply.status == 500:
                self.assertEqual(reply.json["code"], "storage_failed", (path, reply.body))
                self.assertRegex(reply.json["error"], "damaged|missing")
                self.assertNotIn(str(self.state), reply.json["error"])
            else:
                self.assertEqual((reply.status, reply.body),
                                 (self.truth[path].status, self.truth[path].body), path)

    def test_a_sound_state_starts_and_answers_as_before(self):
        self.assertTrue(self.starts())
        client = self.server.client()
        self.assertEqual({p: r.body for p, r in self.answers(client).items()},
                         {p: r.body for p, r in self.truth.items()})
        for session, events in self.events.items():
            self.assertEqual(self.replay(client, session), events)

    def test_random_damage_is_refused_or_tells_the_truth(self):
        refused = 0
        for seed in range(SEEDS):
            self.server.kill()
            with self.subTest(seed=seed):
                self.path.write_bytes(damage(self.sound, random.Random(seed)))
                if self.starts():
                    self.judge(self.answers(self.server.client()))
                    self.server.kill()
                else:
                    refused += 1
                self.assertEqual(self.stored_files(), self.blobs)
        self.assertGreater(refused, SEEDS // 2)

    def test_damage_while_it_runs_is_told(self):
        for seed in range(1000, 1000 + SEEDS):
            self.server.kill()
            with self.subTest(seed=seed):
                self.path.write_bytes(self.sound)
                at = self.server.log.stat().st_size
                self.assertTrue(self.starts())
                client = self.server.client()
                harmed = damage(self.path.read_bytes(), random.Random(seed))
                with open(self.path, "r+b") as file:  # In place: the map sees it.
                    file.write(harmed)
                    file.truncate(len(harmed))
                try:
                    self.judge(self.answers(client))
                    self.assertIsNone(self.server.child.poll())
                except OSError:
                    self.died_with_a_word(at)
                except Exception:
                    # The process may have gone while an answer was under way.
                    self.died_with_a_word(at)
                self.server.kill()
                self.assertEqual(self.stored_files(), self.blobs)

    def died_with_a_word(self, at):
        code = until(lambda: self.server.child.poll(), "kodad ends", 20)
        said = self.server.log.read_text(errors="replace")[at:]
        self.assertEqual(code, 70, said)
        self.assertIn(f"kodad: {self.path} was damaged while it was in use", said)

    def test_a_file_that_is_cut_off_is_refused(self):
        for size in (1, 100, PAGE, PAGE + 1, 2 * PAGE, len(self.sound) // 2,
                     len(self.sound) - PAGE, len(self.sound) - 1):
            with self.subTest(size=size):
                self.path.write_bytes(self.sound[:size])
                self.assertIn(f"{self.path} is cut off", self.refusal())

    def test_an_empty_or_a_missing_file_is_refused(self):
        self.path.write_bytes(b"")
        self.assertEqual(self.refusal(), f"kodad: {self.path} is empty: all that it held is gone; "
                         + WAYS.format(self.state))
        self.path.unlink()
        self.assertEqual(self.refusal(), f"kodad: {self.path} is missing, though "
                         f"{self.state}/blobs is there; " + WAYS.format(self.state))

    def test_a_file_that_goes_while_it_runs_is_told_at_the_next_write(self):
        self.assertTrue(self.starts())
        client = self.server.client()
        self.path.rename(self.path.with_name("aside"))
        self.addCleanup(lambda: self.path.with_name("aside").unlink(missing_ok=True))
        said = client.post("/sessions", {})
        self.assertEqual((said.status, said.json["code"]), (500, "storage_failed"))
        self.assertEqual(client.get("/ready").status, 503)
        self.assertEqual(client.get("/agents").body, self.truth["/agents"].body)
        self.assertIn("the database file was removed, replaced or moved",
                      self.server.log.read_text())

    def test_something_else_is_refused(self):
        self.path.write_bytes(b"SQLite format 3\0" * 4096)
        self.assertIn("is no database", self.refusal())
        self.path.write_bytes(struct.pack(">I", 0).join([self.sound[:16], self.sound[20:]]))
        self.assertIn("is no database", self.refusal())
        turned = self.sound[:16] + self.sound[16:20][::-1] + self.sound[20:]
        self.path.write_bytes(turned)
        self.assertIn("other byte order", self.refusal())
        self.path.write_bytes(self.sound[:20] + struct.pack("<I", 7) + self.sound[24:])
        self.assertIn("has version 7 of LMDB's file format", self.refusal())

    def test_a_lost_or_a_damaged_stored_file_costs_its_part_alone(self):
        self.assertTrue(self.starts())
        client = self.server.client()
        lost, harmed = sorted(self.blobs)[:2]
        kept = {f: f.read_bytes() for f in (lost, harmed)}
        self.addCleanup(lambda: [f.write_bytes(b) for f, b in kept.items()])
        lost.unlink()
        harmed.write_bytes(kept[harmed][:-1] + b"?")
        told = 0
        for path, reply in self.answers(client).items():
            if not path.endswith("/messages"):
                self.judge({path: reply})
                continue
            self.assertEqual(reply.status, 200, reply.body)
            for now, was in zip(reply.json, self.truth[path].json, strict=True):
                told += "error" in now
                if "error" not in now:
                    self.assertEqual(now, was)
                    continue
                self.assertEqual((now["content"], now["parts"][0].get("text")), ("", None))
                self.assertIn("is lost", now["parts"][0]["error"])
        self.assertEqual(told, 2)
        # Which file it is, the operator is told and not the client.
        said = self.server.log.read_text().splitlines()
        self.assertTrue([x for x in said if lost.name in x and "missing" in x], said)
        self.assertTrue([x for x in said if harmed.name in x and "damaged" in x], said)


class Anew(unittest.TestCase):
    def test_a_start_that_is_cut_off_leaves_no_half_database(self):
        with Server(start=False) as server:
            (server.state / "data.new").mkdir(parents=True)
            (server.state / "data.new" / "data.mdb").write_bytes(b"half")
            server.start()
            self.assertFalse((server.state / "data.new").exists())

    def test_moving_the_folder_aside_begins_anew(self):
        with Server() as server:
            server.client().new_session()
            server.kill()
            (server.state / "data.mdb").write_bytes(b"")
            shutil.move(server.state, server.root / "aside")
            server.start()
            self.assertEqual(server.client().expect(200, "GET", "/sessions"), [])


if __name__ == "__main__":
    main()
