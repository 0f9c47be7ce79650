"""A file system that can die: one file, served over /dev/fuse by a thread. While it is dead its
requests are taken and not answered, so that whoever touches it hangs in the kernel; once it is
healed all of them get their answers. Needs the right to mount."""

import ctypes
import os
import struct
import threading
import unittest

LOOKUP, FORGET, GETATTR, OPEN, READ, STATFS = 1, 2, 3, 14, 15, 17
RELEASE, FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR, ACCESS, BATCH_FORGET = (
    18, 25, 26, 27, 28, 29, 34, 42)
HEAD = struct.Struct("<IIQQIIII")
ENOENT, ENOSYS = 2, 38
NAME = b"file.txt"
TEXT = b"the disk answers\n"
DETACH = 2
libc = ctypes.CDLL(None, use_errno=True)


def attributes(node):
    is_root = node == 1
    mode = 0o40755 if is_root else 0o100644
    size = 0 if is_root else len(TEXT)
    return struct.pack("<6Q10I", node, size, 1, 0, 0, 0, 0, 0, 0, mode, 1, os.getuid(), os.getgid(),
                       0, 4096, 0)


class DeadDisk:
    """Mounted at `folder` until `close`."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.dead = False
        self.held = []
        self.lock = threading.Lock()
        try:
            self.device = os.open("/dev/fuse", os.O_RDWR)
        except OSError as why:
            raise unittest.SkipTest(f"no FUSE here: {why}") from None
        options = f"fd={self.device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}"
        done = libc.mount(b"dead", self.folder.encode(), b"fuse", 0, options.encode())
        if done != 0:
            os.close(self.device)
            raise unittest.SkipTest("may not mount: " + os.strerror(ctypes.get_errno()))
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def close(self):
        self.heal()
        libc.umount2(self.folder.encode(), DETACH)
        self.thread.join(5)
        os.close(self.device)

    def die(self):
        with self.lock:
            self.dead = True

    def heal(self):
        with self.lock:
            self.dead = False
            held, self.held = self.held, []
        for request in held:
            self.answer(request)

    def hanging(self):
        with self.lock:
            return len(self.held)

    def serve(self):
        while True:
            try:
                request = os.read(self.device, 1 << 20)
            except OSError:
                return  # Unmounted.
            with self.lock:
                keep = self.dead and HEAD.unpack_from(request)[1] not in (FORGET, BATCH_FORGET)
                if keep:
                    self.held.append(request)
            if not keep:
                self.answer(request)

    def answer(self, request):
        _, kind, unique, node, *_ = HEAD.unpack_from(request)
        if kind in (FORGET, BATCH_FORGET):
            return
        failure, body = self.reply(kind, node, request[HEAD.size:])
        try:
            os.write(self.device, struct.pack("<IiQ", 16 + len(body), -failure, unique) + body)
        except OSError:
            pass  # Nobody waits for it any more.

    @staticmethod
    def reply(kind, node, given):
        if kind == INIT:
            return 0, struct.pack("<4I2H2I2H8I", 7, 31, 65536, 0, 64, 48, 65536, 1, 16, 0, *[0] * 8)
        if kind == LOOKUP:
            if given.rstrip(b"\0") != NAME:
                return ENOENT, b""
            return 0, struct.pack("<4Q2I", 2, 0, 0, 0, 0, 0) + attributes(2)
        if kind == GETATTR:
            return 0, struct.pack("<Q2I", 0, 0, 0) + attributes(node)
        if kind in (OPEN, OPENDIR):
            return 0, struct.pack("<Q2I", 0, 1, 0)  # Past the page cache.
        if kind == READ:
            offset = struct.unpack_from("<QQ", given)[1]
            return 0, TEXT[offset:]
        if kind == STATFS:
            return 0, b"\0" * 80
        if kind in (READDIR, RELEASE, RELEASEDIR, FLUSH, ACCESS):
            return 0, b""
        return ENOSYS, b""
