"""Installs the programs and libraries of peers/package-lock.json from npm, for tests that work with
what nobody here wrote. They go into the folder $KODAD_PEERS (default: a temporary one)."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent / "peers"
INSTALL_DEADLINE = 300
NODE = (20, 19)  # What the neediest of them asks for.


def is_new_enough(node):
    told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30)
    return tuple(int(part) for part in told.stdout.strip().lstrip("v").split(".")[:2]) >= NODE


def install():
    """The folder that has node_modules; skips the calling test where there can be none."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm or not is_new_enough(node):
        raise unittest.SkipTest("needs npm and Node 20.19")
    folder = pathlib.Path(os.environ.get("KODAD_PEERS") or tempfile.mkdtemp(prefix="kodad-peers-"))
    lock = (HERE / "package-lock.json").read_bytes()
    complete = folder / "installed.json"
    if complete.exists() and complete.read_bytes() == lock:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    words = [npm, "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True,
                              timeout=INSTALL_DEADLINE)
    except subprocess.TimeoutExpired:
        raise unittest.SkipTest(f"npm did not install within {INSTALL_DEADLINE} s") from None
    if done.returncode != 0:
        raise unittest.SkipTest("npm could not install: " + done.stderr[-300:])
    complete.write_bytes(lock)
    return folder
