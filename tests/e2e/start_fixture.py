"""A start that can be spoilt in one way at a time, for starts_test and starts_folders_test.

A case is a function that spoils a fresh `Start` and returns words that the one line on stderr must
hold (None: there is nowhere to say it). What ends in time with exit code 2, says what it should
and leaves the disk alone has passed; no case may need more.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from harness import binary

AT_ONCE = 2  # seconds
NAME_SERVER = 10
NOBODY = 65534

CASES = []
IS_ROOT = os.geteuid() == 0


def case(test=None, *, deadline=AT_ONCE, needs_root=False):
    """Registers a way to fail."""
    if test is None:
        return lambda given: case(given, deadline=deadline, needs_root=needs_root)
    CASES.append((test.__name__, test, deadline, needs_root))
    return test


class Start:
    """A command line that works, on folders of its own, until a case spoils it."""

    def __init__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="kodad-start-"))
        self.root.chmod(0o755)
        self.home = self.folder("home")
        self.workspace = self.folder("workspace")
        self.state = self.root / "state"
        self.cwd = self.workspace
        self.config = None
        self.options = {"--port": "0", "--workspace": self.workspace, "--state-dir": self.state}
        self.more = []
        self.shell = ""  # Runs first, in the same process.
        self.wrap = []  # Words before the command.
        self.environment = {"HOME": str(self.home), "PATH": os.environ["PATH"]}
        self.program = binary()
        self.loses = None  # A path that the shell removes.
        self.cleanups = []

    def folder(self, name, mode=0o755):
        path = self.root / name
        path.mkdir(parents=True)
        path.chmod(mode)
        return path

    def configure(self, text):
        self.config = self.root / "config.yaml"
        self.config.write_text(text)
        self.options["--config"] = self.config

    def as_nobody(self):
        for folder, names, files in os.walk(self.root):
            for name in [".", *names, *files]:
                os.chown(os.path.join(folder, name), NOBODY, NOBODY, follow_symlinks=False)
        # A binary below a home that is closed to others is reached through a copy.
        self.program = self.root / "kodad"
        shutil.copy(binary(), self.program)
        self.wrap = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]

    def words(self):
        given = [word for option in self.options.items() if option[1] is not None
                 for word in option]
        return [*self.wrap, "bash", "-c", f'{self.shell}\nexec "$@"', "bash",
                str(self.program), *map(str, given), *map(str, self.more)]

    def run(self, deadline, **streams):
        """(exit code, stdout, stderr, seconds); None as code when it had to be killed."""
        began = time.monotonic()
        child = subprocess.Popen(
            self.words(), stdin=subprocess.DEVNULL, env=self.environment, cwd=self.cwd,
            start_new_session=True, **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
                                       **streams})
        try:
            out, said = child.communicate(timeout=deadline + 5)
        except subprocess.TimeoutExpired:
            child.kill()
            out, said = child.communicate()
            return None, out, said, time.monotonic() - began
        return child.returncode, out, said, time.monotonic() - began

    def listing(self):
        """All there is, but for the folder of the state while it is empty."""
        found = {}
        for folder, names, files in os.walk(self.root):
            for name in [*names, *files]:
                path = pathlib.Path(folder) / name
                is_file = path.is_file() and not path.is_symlink()
                found[str(path)] = path.read_bytes() if is_file and name != "kodad" else None
        if self.state.is_dir() and os.access(self.state, os.R_OK) and not any(self.state.iterdir()):
            found.pop(str(self.state), None)
        return found

    def close(self):
        for cleanup in reversed(self.cleanups):
            cleanup()
        shutil.rmtree(self.root, ignore_errors=True)


def mount(start, folder, *options):
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True)
    if done.returncode != 0:
        raise unittest.SkipTest("may not mount: " + done.stderr.strip())
    start.cleanups.append(lambda: subprocess.run(["umount", "-l", str(folder)], check=True))


class SpoiltStart(unittest.TestCase):
    def check(self, spoil, deadline):
        start = Start()
        self.addCleanup(start.close)
        told = spoil(start)
        before = start.listing()
        before.pop(str(start.loses), None)
        code, out, said, seconds = start.run(deadline)
        if code == 77:
            self.skipTest("this machine cannot show it")
        text = said.decode(errors="replace")
        self.assertEqual(code, 2, text)
        self.assertLess(seconds, deadline)
        self.assertEqual(out, b"")
        self.assertEqual(start.listing(), before)
        if told is None:
            return self.assertEqual(text, "")
        self.assertRegex(text, r"\Akodad: [^\n]+\n\Z")
        for word in told:
            self.assertIn(word, text)


def add_cases(to):
    """Makes a test of each case registered so far."""
    for name, spoil, deadline, needs_root in CASES:
        def test(self, spoil=spoil, deadline=deadline):
            self.check(spoil, deadline)
        if needs_root and not IS_ROOT:
            test = unittest.skip("needs to be root")(test)
        setattr(to, "test_" + "_".join(name.split()), test)
