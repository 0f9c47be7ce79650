"""Files that come with a message: checked by where they lie, what they are and what the model sees,
kept once, and sent to the provider as what they are."""

import base64
import json
import os
import unittest
import zlib

import fake_openai as fake
from harness import Server, main

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def png(seed=0):
    """A real picture of one pixel."""
    def chunk(kind, data):
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    header = b"\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
    pixels = zlib.compress(b"\x00" + bytes([seed % 256, seed // 256 % 256, 0]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(
        b"IEND", b"")


def inline(content, name="file", **more):
    return {"data": base64.b64encode(content).decode(), "name": name, **more}


class Attachments(unittest.TestCase):
    def setUp(self):
        self.provider = fake.FakeOpenAI(fake.say("Seen."))
        self.addCleanup(self.provider.close)
        self.server = Server(f"""version: 1
models_dev: {{url: ''}}
providers:
  - id: fake
    base_url: {self.provider.url}
    models:
      - {{id: eyes, vision: true, pdf: true}}
      - {{id: blind}}
""")
        self.addCleanup(self.server.close)
        self.client = self.server.client()
        self.session = self.client.new_session(model_id="fake/eyes", title="Titled")["id"]

    def send(self, *attachments, **fields):
        body = {"content": "Look.", "attachments": list(attachments), **fields}
        return self.client.post(f"/sessions/{self.session}/messages", body)

    def sent_content(self):
        return self.provider.requests[-1]["messages"][-1]["content"]

    def test_an_image_by_path_reaches_the_model_as_an_image(self):
        (self.server.workspace / "a.png").write_bytes(png())
        self.assertEqual(self.send({"path": "a.png"}).status, 202)
        self.client.finish(self.session)
        image = self.sent_content()[-1]
        self.assertEqual(image["type"], "image_url")
        self.assertEqual(image["image_url"]["url"],
                         "data:image/png;base64," + base64.b64encode(png()).decode())
        part = self.client.messages(self.session)[0]["parts"][1]
        self.assertEqual((part["type"], part["name"], part["mime_type"], part["size"]),
                         ("file", "a.png", "image/png", len(png())))

    def test_pdf_and_text_go_along_inline(self):
        self.assertEqual(self.send(inline(PDF, "a.pdf", mime_type="application/pdf"),
                                   inline("größe = 1\n".encode(), "a.toml",
                                          mime_type="application/toml")).status, 202)
        self.client.finish(self.session)
        content = self.sent_content()
        self.assertEqual([part["type"] for part in content], ["text", "file"])
        self.assertIn("größe = 1", content[0]["text"])
        self.assertEqual(content[1]["file"]["filename"], "a.pdf")

    def test_a_file_goes_along_in_later_turns_and_branches_and_over_restarts(self):
        self.send(inline(png(), "a.png"))
        self.client.finish(self.session)
        last = self.client.messages(self.session)[-1]["id"]
        branch = self.client.expect(201, "POST", f"/sessions/{self.session}/branch",
                                    {"message_id": last})["id"]
        self.client.expect(204, "DELETE", f"/sessions/{self.session}")
        self.server.restart()
        self.client = self.server.client()
        self.client.run(branch, "And now?")
        self.assertIn(base64.b64encode(png()).decode(),
                      json.dumps(self.provider.requests[-1]["messages"][1]))

    def test_the_same_bytes_are_kept_once_and_go_with_the_last_session(self):
        picture = png(7)
        sessions = [self.client.new_session(model_id="fake/eyes")["id"] for _ in range(3)]
        for self.session in sessions:
            self.assertEqual(self.send(inline(picture), inline(picture, "twice")).status, 202)
            self.client.finish(self.session)
        self.assertEqual(self.blobs(picture), 1)
        for session in sessions:
            self.client.expect(204, "DELETE", f"/sessions/{session}")
        self.server.restart()
        self.assertEqual(self.blobs(picture), 0)

    def blobs(self, content):
        return sum(content in path.read_bytes() for path in self.server.state.rglob("*")
                   if path.is_file() and "data.mdb" not in path.name
                   and "lock.mdb" not in path.name)

    def test_what_cannot_be_taken_is_refused_and_changes_nothing(self):
        workspace = self.server.workspace
        (workspace / "empty").write_bytes(b"")
        (workspace / "folder").mkdir()
        (workspace / "binary").write_bytes(bytes(range(256)) * 4)
        (workspace / "huge.txt").write_bytes(b"x" * (20 * 1024 * 1024 + 1))
        (workspace / "a.png").write_bytes(png())
        (self.server.root / "outside.txt").write_text("secret")
        os.symlink(self.server.root / "outside.txt", workspace / "link.txt")
        rows = [
            ({"path": "missing.txt"}, "attachments[0].path"),
            ({"path": "empty"}, "attachments[0].path"),
            ({"path": "folder"}, "attachments[0].path"),
            ({"path": "huge.txt"}, "attachments[0].path"),
            ({"path": "../outside.txt"}, "attachments[0].path"),
            ({"path": str(self.server.root / "outside.txt")}, "attachments[0].path"),
            ({"path": "link.txt"}, "attachments[0].path"),
            ({"path": "binary"}, "attachments[0]"),
            ({"path": "a.png", "mime_type": "image/jpeg"}, "attachments[0].mime_type"),
            ({"path": "a.png", "data": "eA=="}, "attachments[0]"),
            ({"name": "nothing"}, "attachments[0]"),
            ({"data": "no base64!"}, "attachments[0].data"),
            ({"data": ""}, "attachments[0].data"),
            ({"data": base64.b64encode(b"BM" + bytes(60)).decode()}, "attachments[0]"),
        ]
        for attachment, field in rows:
            with self.subTest(attachment=attachment):
                reply = self.send(attachment)
                self.assertEqual((reply.status, reply.json["code"]), (400, "invalid_value"))
                self.assertEqual(reply.json["field"], field, reply.json)
                self.assertNotIn("secret", reply.json["error"])
        self.assertEqual(self.send(*[inline(b"x")] * 21).json["field"], "attachments")
        self.assertEqual(self.client.messages(self.session), [])
        self.assertEqual(self.provider.requests, [])

    def test_a_model_that_does_not_see_is_not_shown_pictures(self):
        for content in (png(), PDF):
            reply = self.send(inline(content), model_id="fake/blind")
            self.assertEqual((reply.status, reply.json["field"]), (400, "attachments[0]"))
            self.assertIn("fake/blind", reply.json["error"])
        self.assertEqual(self.send(inline(b"plain text"), model_id="fake/blind").status, 202)

    def test_a_message_may_be_an_attachment_alone(self):
        self.assertEqual(self.send(inline(png()), content="").status, 202)
        self.assertEqual(self.client.finish(self.session)["state"], "succeeded")

    def test_a_repeated_request_is_answered_once(self):
        key = {"Idempotency-Key": "once"}
        path = f"/sessions/{self.session}/messages"
        body = {"content": "Look.", "attachments": [inline(png())], "when_busy": "queue"}
        first = self.client.post(path, body, key)
        second = self.client.post(path, body, key)
        self.assertEqual((first.status, first.json["operation_id"]),
                         (second.status, second.json["operation_id"]))
        self.client.finish(self.session)
        self.assertEqual(len(self.client.messages(self.session)), 2)


if __name__ == "__main__":
    main()
