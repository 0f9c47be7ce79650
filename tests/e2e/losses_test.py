"""Stored files that somebody removed, cut or changed: what stood in them is lost and says so, in
the page, to the model and once to the operator; all else goes on, and nothing false is shown.
"""

import base64
import json
import shutil
import unittest

import fake_openai as fake
from harness import Server, main

LONG = "the long text of the user " * 6000
ANSWER = "a long answer of the model " * 6000
NOTES = "what stands in the notes\n" * 5000
WRITTEN = "what the tool was to write " * 5000
MARKS = {"text": LONG[:24], "file": NOTES[:24], "call": WRITTEN[:24], "answer": ANSWER[:24]}
SENTENCE = "[the content of this part of the conversation is lost]"
CALL = "call_of_the_test"


def remove(path):
    path.unlink()


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def empty(path):
    path.write_bytes(b"")


def alter(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def exchange(path):
    path.unlink()
    path.mkdir()


HARMS = [remove, cut, empty, alter, exchange]


class Losses(unittest.TestCase):
    def setUp(self):
        arguments = {"path": "big.txt", "content": WRITTEN}
        self.provider = fake.FakeOpenAI(fake.call((CALL, "write", arguments)), fake.say(ANSWER),
                                        fake.say("Well."))
        self.addCleanup(self.provider.close)
        self.server = Server(self.provider.config().replace("100000", "1000000"))
        self.addCleanup(self.server.close)
        self.client = self.server.client()
        self.session = self.client.new_session(title="Titled")["id"]
        notes = {"data": base64.b64encode(NOTES.encode()).decode(), "name": "notes.txt"}
        ended = self.client.run(self.session, LONG, attachments=[notes])
        self.assertEqual(ended["state"], "succeeded", ended)
        self.truth = self.client.messages(self.session)
        self.assertEqual(self.blobs().keys(), MARKS.keys())

    def blobs(self):
        """Each stored file by what is in it."""
        out = {}
        for path in (self.server.state / "blobs").rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            if content.startswith((b'\x01{"shown"', b"\x01what stands")):  # The rest are events.
                out.update({name: path for name, mark in MARKS.items() if mark.encode() in content})
        return out

    def lines(self):
        return [x for x in self.server.log.read_text().splitlines() if "is lost: " in x]

    def places(self):
        """Where in the messages the part of each file stands."""
        return {"text": (0, 0), "file": (0, 1), "call": (1, 0), "answer": (1, 1)}

    def check_page(self, lost):
        """The page is the truth but for the parts that are lost, which say so."""
        shown = self.client.messages(self.session)[:2]
        where = {self.places()[name]: name for name in lost}
        for i, (message, true) in enumerate(zip(shown, self.truth, strict=True)):
            self.assertEqual(len(message["parts"]), len(true["parts"]))
            for j, (part, true_part) in enumerate(zip(message["parts"], true["parts"])):
                if (i, j) not in where:
                    self.assertEqual(part, true_part)
                    continue
                self.assertIn("lost", part["error"])
                self.assertNotIn("/", part["error"])
                self.assertFalse(part.get("text") or part.get("data") or part.get("output")
                                 or part.get("input"), part)
                if where[i, j] == "file":
                    self.assertEqual((part["name"], part["type"]), ("notes.txt", "file"))
            self.assertEqual("error" in message, any(i == at for at, _ in where))
            rest = {"parts", "error", "content"} if "error" in message else {"parts"}
            for key in true.keys() - rest:
                self.assertEqual(message[key], true[key])
            content = "".join(p.get("text", "") for p in message["parts"] if p["type"] == "text")
            self.assertEqual(message["content"], content)

    def check_turn(self, lost):
        """The next turn runs, and the model is told in plain words."""
        ended = self.client.run(self.session, "And now?")
        self.assertEqual(ended["state"], "succeeded", ended)
        sent = json.dumps(self.provider.requests[-1])
        self.assertIsNone(fake.check_conversation(self.provider.requests[-1]["messages"]))
        self.assertEqual(sent.count(SENTENCE), len(set(lost) - {"file"}))
        self.assertEqual("[the content of the attachment notes.txt is lost]" in sent,
                         "file" in lost)
        for name, mark in MARKS.items():
            self.assertEqual(mark in sent, name not in lost, name)

    def check_told(self, lost, blobs):
        for _ in range(5):
            self.client.messages(self.session)
        for name in lost:
            told = [x for x in self.lines() if blobs[name].name in x]
            message = self.truth[self.places()[name][0]]["id"]
            self.assertEqual(len(told), 1, self.lines())
            self.assertIn(self.session, told[0])
            self.assertIn(message, told[0])
            self.assertNotIn(str(self.server.state), told[0])
        self.assertEqual(len(self.lines()), len(lost))

    def harm_one(self, name, harm, while_down):
        blobs = self.blobs()
        if while_down:
            self.server.terminate()
        harm(blobs[name])
        if while_down:
            self.server.start()
            self.client = self.server.client()
        self.check_page([name])
        self.check_turn([name])
        self.check_page([name])
        self.check_told([name], blobs)

    def test_the_text_of_a_user(self):
        self.harm_one("text", remove, while_down=False)

    def test_an_attachment(self):
        self.harm_one("file", alter, while_down=False)

    def test_a_call_of_a_tool(self):
        self.harm_one("call", cut, while_down=True)

    def test_an_answer(self):
        self.harm_one("answer", exchange, while_down=True)

    def test_all_of_them_in_every_way(self):
        blobs = self.blobs()
        kept = {name: path.read_bytes() for name, path in blobs.items()}
        for harm in HARMS:
            with self.subTest(harm=harm.__name__):
                for path in blobs.values():
                    harm(path)
                self.check_page(list(blobs))
                for name, path in blobs.items():
                    if path.is_dir():
                        path.rmdir()
                    path.write_bytes(kept[name])
                self.check_page([])
        for path in blobs.values():
            path.unlink()
        self.check_turn(list(blobs))
        shutil.rmtree(self.server.state / "blobs")
        self.check_page(list(blobs))

    def test_a_branch_is_made_all_the_same_and_heals_with_the_file(self):
        blobs = self.blobs()
        kept = blobs["text"].read_bytes()
        blobs["text"].unlink()
        path = f"/sessions/{self.session}/branch"
        made = self.client.expect(201, "POST", path, {"message_id": self.truth[1]["id"]})["id"]
        copy = self.client.messages(made)
        self.assertIn("lost", copy[0]["parts"][0]["error"])
        self.assertEqual(copy[1]["content"], self.truth[1]["content"])
        blobs["text"].write_bytes(kept)
        self.assertEqual(self.client.messages(made)[0]["content"], LONG)
        self.assertEqual(self.client.expect(204, "DELETE", f"/sessions/{self.session}"), None)
        self.assertEqual(self.client.messages(made)[0]["content"], LONG)

    def test_an_output_is_given_or_said_to_be_lost(self):
        path = f"/sessions/{self.session}/outputs/{CALL}"
        output = self.client.get(path)
        self.assertEqual(output.status, 200, output.body)
        self.blobs()["call"].unlink()
        gone = self.client.get(path)
        self.assertEqual((gone.status, gone.json["code"]), (500, "storage_failed"))
        self.assertNotIn("/", gone.json["error"])
        self.assertIn("request_id", gone.json)
        self.assertEqual(self.client.get(path + "x").status, 500)  # It may be the lost one.

    def test_a_hole_in_the_events_is_a_reset(self):
        kept = set(self.blobs().values())
        holes = [path for path in (self.server.state / "blobs").rglob("*")
                 if path.is_file() and path not in kept]
        self.assertTrue(holes)
        for path in holes:
            path.unlink()
        self.server.restart()
        self.client = self.server.client()
        for _ in range(3):
            got = self.client.get(f"/sessions/{self.session}/stream?after=0&until=done")
            self.assertEqual(got.status, 200)
            self.assertIn(b"event: reset\n", got.body)
        self.check_page([])
        told = [x for x in self.server.log.read_text().splitlines() if "events cannot" in x]
        self.assertEqual(len(told), 1)
        self.assertIn(self.session, told[0])

    def test_the_list_and_other_sessions_do_not_notice(self):
        other = self.client.new_session(title="Other")["id"]
        self.client.run(other, "Hello")
        messages = self.client.messages(other)
        shutil.rmtree(self.server.state / "blobs")
        self.assertEqual(len(self.client.expect(200, "GET", "/sessions")), 2)
        self.assertEqual(self.client.messages(other), messages)
        self.client.expect(200, "GET", f"/sessions/{self.session}")
        self.client.expect(204, "DELETE", f"/sessions/{self.session}")


class Broken(unittest.TestCase):
    def test_a_file_that_cannot_be_written_is_told_without_its_path(self):
        with Server() as server:
            blobs = server.state / "blobs"
            blobs.write_bytes(b"in the way")
            client = server.client()
            notes = {"data": base64.b64encode(NOTES.encode()).decode(), "name": "notes.txt"}
            for body in ({"content": "Look.", "attachments": [notes]}, {"content": LONG}):
                path = f"/sessions/{client.new_session()['id']}/messages"
                reply = client.post(path, body)
                self.assertEqual((reply.status, reply.json["code"]), (500, "storage_failed"))
                self.assertNotIn("/", reply.json["error"])
                request = reply.headers["x-request-id"]
                told = [x for x in server.log.read_text().splitlines() if request in x]
                self.assertEqual(len(told), 1)
                self.assertRegex(told[0], "file blobs/.* cannot be written: ")
                self.assertNotIn(str(server.state), told[0])
            blobs.unlink()
            ended = client.run(client.new_session()["id"], LONG, attachments=[notes])
            self.assertEqual(ended["state"], "succeeded")

    def test_a_turn_that_fails_inside_is_told_with_its_cause(self):
        with Server() as server:
            client = server.client()
            session = client.new_session(title="Titled")["id"]
            client.run(session, "a mark that nobody else makes")
            path = server.state / "data.mdb"
            content = path.read_bytes()
            with open(path, "r+b") as file:  # In place: the map sees it.
                at = content.find(b"a mark that nobody else makes")
                while at >= 0:
                    file.seek(at)
                    file.write(b"A")
                    at = content.find(b"a mark that nobody else makes", at + 1)
            ended = client.run(session, "Go on")
            self.assertEqual((ended["state"], ended["code"]), ("failed", "storage_failed"))
            self.assertIn("could not read or write its storage", ended["error"])
            self.assertNotIn(str(server.state), ended["error"])
            told = [x for x in server.log.read_text().splitlines() if session in x]
            self.assertEqual(len(told), 1, told)
            self.assertIn("turn 2 failed: storage_failed: ", told[0])
            self.assertIn("does not match its checksum", told[0])
            self.assertNotIn(str(server.state), told[0])


if __name__ == "__main__":
    main()
