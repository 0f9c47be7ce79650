"""A file system that never answers: what a network disk is when its server is gone.

A FUSE mount whose other end is held by this process and never read. Whoever touches it waits until
he is killed, or until `close`.
"""

import ctypes
import os
import stat
import unittest

LIBC = ctypes.CDLL(None, use_errno=True)
DETACH = 2


class SilentDisk:
    def __init__(self, folder):
        self.folder = os.fsencode(folder)
        try:
            self.other_end = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        except OSError as failure:
            raise unittest.SkipTest(f"no /dev/fuse: {failure}") from None
        options = f"fd={self.other_end},rootmode={stat.S_IFDIR:o},user_id=0,group_id=0"
        if LIBC.mount(b"dead", self.folder, b"fuse.dead", 0, options.encode()) != 0:
            os.close(self.other_end)
            raise unittest.SkipTest("may not mount: " + os.strerror(ctypes.get_errno()))

    def close(self):
        os.close(self.other_end)  # Ends every wait with an error.
        LIBC.umount2(self.folder, DETACH)
