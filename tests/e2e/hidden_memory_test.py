"""Memory that a command holds where no process shows it as its own: it counts against
sandbox.limits.memory all the same, or is bounded by the kernel. Each bomb ends at 200 MiB."""

import os
import pathlib
import unittest

from harness import bash, main, script, until
from sandbox_attempts import python
from sandbox_test import PLAIN_USER, PlainServer

LIMITS = "{memory: 64MiB, shm: 32MiB, time: 20}"
MOST = 200 << 20

BEGIN = f"""
import array, ctypes, mmap, os, signal, socket, sys, threading
libc = ctypes.CDLL(None, use_errno=True)
MOST = {MOST}
PIECE = 10 << 20
def held():
    fd = os.memfd_create('held')
    for _ in range(PIECE >> 20):
        os.write(fd, bytes(1 << 20))
    return fd
def stay():
    print('all held', flush=True)
    signal.sigtimedwait([], 10)
"""


def bomb(code):
    return python(BEGIN + code)


BOMBS = {
    "memory files": bomb("kept = [held() for _ in range(MOST // PIECE)]\nstay()"),
    "memory files of many": bomb("""
for _ in range(2):
    if os.fork() == 0:
        kept = [held() for _ in range(MOST // PIECE // 2)]
        stay()
        os._exit(0)
stay()"""),
    "memory files in flight": bomb("""
ends = socket.socketpair()
for _ in range(MOST // PIECE):
    fd = held()
    ends[0].sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [fd]))])
    os.close(fd)
stay()"""),
    "memory files of one that may not be looked into": bomb("""
libc.prctl(4, 0, 0, 0, 0)
kept = [held() for _ in range(MOST // PIECE)]
stay()"""),
    "memory files of a thread with descriptors of its own": bomb("""
CLONE = 0x100 | 0x200 | 0x800 | 0x10000  # VM, FS, SIGHAND, THREAD, but not FILES.
stack = mmap.mmap(-1, 1 << 20)
top = ctypes.addressof(ctypes.c_char.from_buffer(stack)) + (1 << 20) - 64
kept = [held() for _ in range(MOST // PIECE)]
sleep = ctypes.cast(libc.pause, ctypes.c_void_p)
libc.clone.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
assert libc.clone(sleep, top, CLONE, None) > 0
for fd in kept:
    os.close(fd)
stay()"""),
    "shared memory that is mapped no more": bomb("""
kept = []
for _ in range(MOST // PIECE):
    kept.append(mmap.mmap(-1, PIECE))
    kept[-1].write(bytes(PIECE))
    kept[-1].madvise(mmap.MADV_DONTNEED)
stay()"""),
    "shared memory of which a page is mapped": bomb("""
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
for _ in range(MOST // PIECE):
    at = libc.mmap(None, PIECE, 3, 0x21, -1, 0)
    ctypes.memset(at, 1, PIECE)
    libc.munmap(at + 4096, PIECE - 4096)
stay()"""),
    "memory of threads whose first one is gone": bomb("""
def hold():
    kept = [bytearray(b'x') * PIECE for _ in range(MOST // PIECE)]
    stay()
    os._exit(0)
threading.Thread(target=hold).start()
libc.syscall({'x86_64': 60, 'aarch64': 93}[os.uname().machine], 0)"""),
    "page tables": bomb("""
SPAN = 2 << 20
all = mmap.mmap(-1, MOST // 4096 * SPAN, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS,
                prot=mmap.PROT_READ)
for at in range(0, len(all), SPAN):
    all[at]
stay()"""),
}

SYSTEM_V = bomb("""
libc.shmat.restype = ctypes.c_void_p
libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
libc.shmdt.argtypes = [ctypes.c_void_p]
had = 0
while had < MOST:
    one = libc.shmget(0, PIECE, 0o1600)
    if one < 0:
        print('refused:', os.strerror(ctypes.get_errno()))
        break
    at = libc.shmat(one, None, 0)
    ctypes.memset(at, 1, PIECE)
    libc.shmdt(at)
    had += PIECE
print('had', had >> 20, flush=True)""")

QUEUES = bomb("""
queues = 0
while queues < 1000 and libc.msgget(0, 0o1600) >= 0:
    queues += 1
print('queues', queues)
sets = 0
while sets < 1000 and libc.semget(0, 100, 0o1600) >= 0:
    sets += 1
print('semaphores', 100 * sets)""")

# Where /tmp is a file system of the command's own, in memory.
ENTRIES = bomb("""
for i in range(MOST // 1024):
    os.mknod(f'/tmp/{i}')
stay()""")

# What ordinary programs do with such memory, well below the bound in all.
ORDINARY = bomb("""
fd = held()
os.ftruncate(fd, 3 * PIECE)
for _ in range(2 * PIECE >> 20):
    os.write(fd, bytes(1 << 20))
seen = mmap.mmap(fd, 3 * PIECE)
sum(seen[::4096])
for _ in range(2):
    if os.fork() == 0:
        sum(seen[::4096])
        signal.sigtimedwait([], 1)
        os._exit(0)
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
print('all well')""")


def shared_of_machine():
    for line in pathlib.Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("Shmem:"):
            return int(line.split()[1]) * 1024
    return 0


class HiddenMemoryTest(unittest.TestCase):
    def serve(self, mode, user):
        server = PlainServer(user, config=f"sandbox: {{mode: {mode}, limits: {LIMITS}}}\n"
                                          "permission: {bash: allow}\n")
        self.addCleanup(server.close)
        server.root.chmod(0o755)
        server.give_away()
        return server.start()

    def run_one(self, client, server, command):
        session = client.new_session(workspace=str(server.workspace))["id"]
        client.say(session, script(bash(command)))
        until(lambda: client.turn(session)["state"] not in ("queued", "running"), "a turn's end",
              60, 0.05)
        return [part.get("output") or str(part) for message in client.messages(session)
                for part in message["parts"] if part["type"] == "tool"][0]

    def explode(self, mode, user=None):
        server = self.serve(mode, user)
        client = server.client()
        for name, command in BOMBS.items():
            with self.subTest(mode=mode, user=user, name=name):
                said = self.run_one(client, server, command)
                self.assertIn("sandbox.limits.memory", said)
        if mode == "bubblewrap":
            with self.subTest(mode=mode, user=user, name="empty files"):
                self.assertIn("sandbox.limits.memory", self.run_one(client, server, ENTRIES))
        before = shared_of_machine()
        with self.subTest(mode=mode, user=user, name="System V"):
            said = self.run_one(client, server, SYSTEM_V)
            self.assertRegex(said, "refused: (No space left|Operation not permitted)")
            self.assertRegex(said, r"had (0|10|20|30)\b")
            if "No space" in said:
                self.assertIn("sandbox.limits.shm", said)
        with self.subTest(mode=mode, user=user, name="queues and semaphores"):
            said = self.run_one(client, server, QUEUES)
            counts = dict(line.split() for line in said.splitlines() if len(line.split()) == 2)
            self.assertLessEqual(int(counts["queues"]), 32)
            self.assertLessEqual(int(counts["semaphores"]), 32000)
        with self.subTest(mode=mode, user=user, name="ordinary"):
            self.assertIn("all well", self.run_one(client, server, ORDINARY))
        self.assertLess(shared_of_machine() - before, 64 << 20, "it goes with the command")
        self.assertIsNone(server.child.poll(), "kodad died: " + server.tail())

    def test_bubblewrap(self):
        self.explode("bubblewrap")

    def test_landlock(self):
        self.explode("landlock")

    @unittest.skipUnless(os.geteuid() == 0, "asks for root")
    def test_bubblewrap_as_an_ordinary_user(self):
        self.explode("bubblewrap", PLAIN_USER)

    @unittest.skipUnless(os.geteuid() == 0, "asks for root")
    def test_landlock_as_an_ordinary_user(self):
        self.explode("landlock", PLAIN_USER)


if __name__ == "__main__":
    main()
