"""Runs a program under a kernel that refuses some calls: a seccomp filter answers them with EPERM.
"listener" refuses nothing, but has the one listener for calls that the kernel grants.

usage: refusing_kernel.py namespaces|landlock|both|listener PROGRAM ARGUMENTS...
"""

import ctypes
import os
import platform
import struct
import sys

# Numbers of the two architectures that the project is built for; clone3 hides its flags from a
# filter and so is answered as by an older kernel.
CALLS = {"x86_64": {"unshare": 272, "clone": 56, "clone3": 435, "seccomp": 317},
         "aarch64": {"unshare": 97, "clone": 220, "clone3": 435, "seccomp": 277}}
NEW_LISTENER = 8
LANDLOCK_CREATE = 444
NEW_USER = 0x10000000
EPERM, ENOSYS = 1, 38
ERRNO, ALLOW = 0x00050000, 0x7FFF0000
LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, FILTER_MODE = 22, 38, 2


def refuse(number, error):
    return [(EQUAL, 0, 1, number), (RETURN, 0, 0, ERRNO | error)]


def program(what):
    calls = CALLS[platform.machine()]
    out = [(LOAD, 0, 0, 0)]
    if what in ("landlock", "both"):
        out += refuse(LANDLOCK_CREATE, EPERM)
    if what in ("namespaces", "both"):
        out += refuse(calls["unshare"], EPERM) + refuse(calls["clone3"], ENOSYS)
        out += [(EQUAL, 0, 4, calls["clone"]), (LOAD, 0, 0, 16), (ANY_BIT, 0, 1, NEW_USER),
                (RETURN, 0, 0, ERRNO | EPERM), (RETURN, 0, 0, ALLOW)]
    return out + [(RETURN, 0, 0, ALLOW)]


def main():
    steps = b"".join(struct.pack("HBBI", *step) for step in program(sys.argv[1]))
    text = ctypes.create_string_buffer(steps)
    whole = struct.pack("HxxxxxxQ", len(steps) // 8, ctypes.addressof(text))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if sys.argv[1] == "listener":
        held = libc.syscall(CALLS[platform.machine()]["seccomp"], 1, NEW_LISTENER, whole)
        os.set_inheritable(held, True)
    elif libc.prctl(PR_SET_SECCOMP, FILTER_MODE, whole, 0, 0) != 0:
        raise SystemExit("no filter: " + os.strerror(ctypes.get_errno()))
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
