"""Nothing gets out of the sandbox: all of sandbox_attempts.py, in bubblewrap and under Landlock, as
the user who runs the tests and, if that is root, as an ordinary one too."""

import contextlib
import ctypes
import hashlib
import os
import pathlib
import shutil
import socket
import stat
import threading
import unittest

import sandbox_attempts
from harness import Server, bash, main, script, until

SECRET = "CANARY-7f3a9c"
PLAIN_USER = 65534


class PlainServer(Server):
    """Runs kodad as `user`; its folders belong to it."""

    def __init__(self, user=None, **options):
        self.user = user
        super().__init__(start=False, **options)

    def give_away(self):
        if self.user is None:
            return
        for folder, names, files in os.walk(self.root):
            for name in ["."] + names + files:
                os.chown(os.path.join(folder, name), self.user, self.user, follow_symlinks=False)

    def command(self):
        if self.user is None:
            return super().command()
        number = str(self.user)
        return ["setpriv", "--reuid", number, "--regid", number, "--clear-groups",
                *super().command()]


class Listeners:
    """What listens outside; `hits` counts who got through."""

    def __init__(self, folder):
        self.hits = []
        self.sockets = []
        self.abstract = f"kodad-test-{os.getpid()}-{id(self)}"
        self.path = str(folder / "listener")
        self.tcp = self.listen(socket.AF_INET, ("127.0.0.1", 0))
        self.listen(socket.AF_UNIX, "\0" + self.abstract)
        self.listen(socket.AF_UNIX, self.path)
        self.udp = self.receive(socket.AF_INET, ("127.0.0.1", 0))
        self.receive(socket.AF_UNIX, self.path + ".dgram")
        os.chmod(self.path, 0o777)
        os.chmod(self.path + ".dgram", 0o777)

    def listen(self, family, address):
        one = socket.socket(family, socket.SOCK_STREAM)
        one.bind(address)
        one.listen()
        return self.watch(one, one.accept)

    def receive(self, family, address):
        one = socket.socket(family, socket.SOCK_DGRAM)
        one.bind(address)
        return self.watch(one, lambda: one.recv(100))

    def watch(self, one, wait):
        self.sockets.append(one)
        name = one.getsockname()

        def serve():
            try:
                while True:
                    wait()
                    self.hits.append(name)
            except OSError:
                return
        threading.Thread(target=serve, daemon=True).start()
        return name

    def close(self):
        for one in self.sockets:
            one.close()


def fingerprint(folder):
    """Everything about a tree that a write would change."""
    out = {}
    for path in sorted([folder, *folder.rglob("*")]):
        seen = path.lstat()
        content = b""
        if stat.S_ISREG(seen.st_mode):
            content = hashlib.sha256(path.read_bytes()).digest()
        times = () if stat.S_ISDIR(seen.st_mode) else (seen.st_mtime_ns,)
        out[str(path)] = (seen.st_mode, seen.st_uid, seen.st_nlink, *times, content,
                          os.listxattr(path, follow_symlinks=False))
    return out


class SharedByNumber:
    """A queue with a message and a semaphore of another program, as everybody may use."""

    def __init__(self):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.queue = self.libc.msgget(0, 0o1666)
        message = b"\1\0\0\0\0\0\0\0" + SECRET.encode()
        assert self.libc.msgsnd(self.queue, message, ctypes.c_size_t(len(SECRET)), 0) == 0
        self.semaphore = self.libc.semget(0, 1, 0o1666)
        assert self.libc.semctl(self.semaphore, 0, 16, 3) == 0  # SETVAL

    def close(self):
        self.libc.msgctl(self.queue, 0, None)
        self.libc.semctl(self.semaphore, 0, 0)


class SandboxTest(unittest.TestCase):
    def serve(self, mode, user):
        config = f"sandbox: {{mode: {mode}}}\npermission: {{bash: allow}}\n"
        server = PlainServer(user, config=config)
        self.addCleanup(server.close)
        for name in ("outside", "other", "home/.ssh"):
            (server.root / name).mkdir(parents=True)
        (server.root / "outside/secret").write_text(SECRET)
        (server.root / "other/secret").write_text(SECRET)
        with contextlib.suppress(OSError):  # Not every file system has attributes.
            for name in ("user.x", "user." + SECRET):
                os.setxattr(server.root / "outside/secret", name, SECRET.encode())
        (server.root / "home/.ssh/id_rsa").write_text(SECRET)
        server.config.write_text(server.config.read_text() + f"# {SECRET}\n")
        listeners = Listeners(server.root / "outside")
        self.addCleanup(listeners.close)
        os.system(f"git init -q {server.workspace}")
        server.root.chmod(0o755)
        server.give_away()
        os.environ["CANARY_OF_THE_SERVER"] = SECRET
        self.addCleanup(os.environ.pop, "CANARY_OF_THE_SERVER")
        server.start()
        return server, listeners

    def attempt_all(self, mode, user=None):
        server, listeners = self.serve(mode, user)
        client = server.client()
        self.assertEqual(client.get("/config").json["sandbox"]["mode"], mode)
        outside = [server.root / "outside", server.root / "other", server.root / "home"]
        before = [fingerprint(folder) for folder in outside]
        shared = SharedByNumber()
        self.addCleanup(shared.close)
        given = (f"export QUEUE={shared.queue} SEMAPHORE={shared.semaphore} "
                 f"OUT={server.root}/outside PORT={listeners.tcp[1]} UDP={listeners.udp[1]} "
                 f"ABSTRACT={listeners.abstract} SOCKET={listeners.path} PID={server.child.pid} "
                 f"DOOR={server.port} MODE={mode}\n")
        tried = 0
        for kind, table in sandbox_attempts.KINDS:
            session = client.new_session()["id"]
            calls = [bash(given + command, timeout=20000) for command in table.values()]
            client.run(session, script(*calls))
            told = [part for message in client.messages(session)
                    for part in message["parts"] if part["type"] == "tool"]
            self.assertEqual(len(told), len(table))
            for (name, command), part in zip(table.items(), told):
                tried += 1
                said = part.get("output", "")
                with self.subTest(mode=mode, user=user, kind=kind, name=name):
                    self.assertNotIn("ESCAPED", said, command)
                    self.assertNotIn(SECRET, said, command)
            self.assertIsNone(server.child.poll(), "kodad died: " + server.tail())
        self.assertGreaterEqual(tried, 80)
        for folder, earlier in zip(outside, before):
            self.assertEqual(fingerprint(folder), earlier)
        self.assertEqual(listeners.hits, [])
        for path in server.workspace.rglob("*"):
            self.assertFalse(path.lstat().st_mode & 0o6000, path)
        self.assertFalse((server.workspace / "late").exists())
        # What a command of Landlock has for temporary files goes with it.
        until(lambda: not list(pathlib.Path("/tmp").glob(f"kodad-{server.child.pid}-*")),
              "temporary folders go", 20)

    def test_bubblewrap(self):
        self.attempt_all("bubblewrap")

    def test_landlock(self):
        self.attempt_all("landlock")

    @unittest.skipIf(os.geteuid() != 0, "only root can be somebody else")
    def test_bubblewrap_as_an_ordinary_user(self):
        self.attempt_all("bubblewrap", PLAIN_USER)

    @unittest.skipIf(os.geteuid() != 0, "only root can be somebody else")
    def test_landlock_as_an_ordinary_user(self):
        self.attempt_all("landlock", PLAIN_USER)


if __name__ == "__main__":
    main()
