"""Under Landlock a broker makes the calls that Landlock does not see: what people expect of chmod,
touch and starting processes works inside, and nothing gets out by it, also while names, descriptors
and memory change under the broker's hands. KODAD_WIDE=1: 100,000 exchanges of each kind."""

import glob
import os
import pathlib
import signal
import sys
import threading
import unittest

import broker_attempts
from bombs_test import descendants, left_behind
from broker_attempts import calls
from harness import bash, main, script, until
from sandbox_attempts import python
from sandbox_test import PLAIN_USER, PlainServer

WIDE = os.environ.get("KODAD_WIDE") == "1"
TIMES = 100_000 if WIDE else 20_000
PROCESSES = 64
REFUSING = [sys.executable, str(pathlib.Path(__file__).with_name("refusing_kernel.py"))]

# Each flips something until it has done so TIMES times, in a process or thread of its own, while
# changes are asked for; what they lead to alternates between inside and outside.
FLIP = """
import sys, threading
sys.setswitchinterval(1e-5)
times, rename = int(os.environ['TIMES']), 316
over = threading.Event()
asked = 0
def flips():
    i = 0
    while i < times or asked < times // 50:
        yield i
        i += 1
    over.set()
def flip_names(one, other):
    for i in flips():
        libc.syscall(rename, -100, one, -100, other, 2)
def ask(*all):
    global asked
    done = 0
    while not over.is_set():
        for number, given in all:
            done += call(number, *given) == 0
        asked += 1
    # A machine with other things to do may hardly let one of the two sides run.
    print('done' if done or asked * len(all) < 5000 else 'never done', done, 'of', asked * len(all))
"""
RACES = {
    "a file and a link": calls(FLIP + """
open('file', 'w').close()
os.symlink(seen + '/f', 'swap')
threading.Thread(target=flip_names, args=(b'file', b'swap')).start()
ask((CHMOD, (b'file', 0o604)), (CHMOD, (b'swap', 0o604)), (UTIMES, (b'file', None)),
    (FCHMODAT, (-100, b'./swap', 0o640)), (CHOWN, (b'file', -1, -1)))"""),
    "a folder and a link": calls(FLIP + """
os.mkdir('dir')
open('dir/f', 'w').close()
os.symlink(seen, 'link')
threading.Thread(target=flip_names, args=(b'dir', b'link')).start()
ask((CHMOD, (b'dir/f', 0o604)), (UTIMENSAT, (-100, b'link/f', None, 0)), (CHMOD, (b'dir', 0o711)),
    (UTIMENSAT, (-100, b'dir/../dir/f', None, 0)))"""),
    "a path in memory": calls(FLIP + """
open('inside', 'w').close()
paths = [b'inside'.ljust(200, b'\\0'), (seen + '/f').encode().ljust(200, b'\\0')]
buffer = ctypes.create_string_buffer(200)
def flip():
    for i in flips():
        ctypes.memmove(buffer, paths[i % 2], 200)
threading.Thread(target=flip).start()
ask((CHMOD, (buffer, 0o604)), (UTIMES, (buffer, None)))"""),
    "a descriptor": calls(FLIP + """
both = [os.open('inside', os.O_RDWR | os.O_CREAT, 0o600), os.open(seen + '/f', os.O_RDONLY)]
held = os.dup(both[0])
def flip():
    for i in flips():
        os.dup2(both[i % 2], held)
threading.Thread(target=flip).start()
ask((FCHMOD, (held, 0o604)), (UTIMENSAT, (held, None, None, 0)), (FCHOWN, (held, -1, -1)),
    (FCHMODAT2, (held, b'', 0o640, EMPTY_PATH)))"""),
    "a folder as a descriptor": calls(FLIP + """
os.mkdir('folder')
open('folder/f', 'w').close()
both = [os.open('folder', os.O_RDONLY), os.open(seen, os.O_RDONLY)]
held = os.dup(both[0])
def flip():
    for i in flips():
        os.dup2(both[i % 2], held)
threading.Thread(target=flip).start()
ask((FCHMODAT, (held, b'f', 0o604)), (UTIMENSAT, (held, b'f', None, 0)))"""),
    "the working folder": calls(FLIP + """
os.mkdir('there')
open('there/f', 'w').close()
both = [os.open('there', os.O_RDONLY), os.open(seen, os.O_RDONLY)]
def flip():
    for i in flips():
        os.fchdir(both[i % 2])
threading.Thread(target=flip).start()
ask((CHMOD, (b'f', 0o604)), (UTIMES, (b'f', None)))"""),
}

# A tree that stops by itself at 400 processes, and tells how many starts were refused.
BOMB = python("""
import os, signal, time
refused = 0
for _ in range(200):
    try:
        if os.fork() == 0:
            try:
                os.fork()
            except BlockingIOError:
                pass
            signal.pause()
    except BlockingIOError:
        refused += 1
print('refused' if refused > 100 else 'not refused', refused, flush=True)
open('full', 'w').close()
signal.alarm(3)
signal.pause()""")
THREADS = python("""
import threading
over = threading.Event()
started = 0
try:
    for _ in range(500):
        threading.Thread(target=over.wait, daemon=True).start()
        started += 1
except RuntimeError as why:
    print(why, started)
over.set()""")


def fingerprint(folder):
    """All that a change would leave; the time of the last change of any kind is among it."""
    out = {}
    for path in [folder, *folder.rglob("*")]:
        seen = path.lstat()
        out[str(path)] = (seen.st_mode, seen.st_uid, seen.st_gid, seen.st_mtime_ns,
                          seen.st_ctime_ns, seen.st_nlink, os.listxattr(path))
    return out


def tasks_below(pid):
    return sum(len(glob.glob(f"/proc/{each}/task/*")) for each in descendants(pid))


class WrappedServer(PlainServer):
    wrapper = ()

    def command(self):
        return [*self.wrapper, *super().command()]


class BrokerTest(unittest.TestCase):
    def serve(self, user=None, limits="{}", wrapper=()):
        server = WrappedServer(user)
        server.wrapper = wrapper
        self.addCleanup(server.close)
        for name in ("outside", "seen", "wrote"):
            (server.root / name).mkdir()
            (server.root / name / "f").write_text("kept")
        server.config.write_text(
            f"sandbox: {{mode: landlock, read: [{server.root}/seen], "
            f"write: [{server.root}/wrote], limits: {limits}}}\npermission: {{bash: allow}}\n")
        server.root.chmod(0o755)
        server.give_away()
        return server.start()

    def prefix(self, server):
        return (f"export OUT={server.root}/outside SEEN={server.root}/seen "
                f"WROTE={server.root}/wrote TIMES={TIMES} BROKER_OF=$PPID\n")

    def run_all(self, server, commands, client=None):
        """What each said."""
        client = client or server.client()
        session = client.new_session()["id"]
        given = self.prefix(server)
        client.run(session, script(*[bash(given + each, timeout=80000) for each in commands]))
        return [part.get("output", str(part)) for message in client.messages(session)
                for part in message["parts"] if part["type"] == "tool"]

    def assert_work(self, user=None):
        server = self.serve(user)
        said = self.run_all(server, [command for command, _ in broker_attempts.WORK.values()])
        for (name, (command, wanted)), output in zip(broker_attempts.WORK.items(), said):
            with self.subTest(name=name, user=user):
                self.assertEqual(output.split("\n(")[0].strip(), wanted, f"{command}\n{output}")
        until(lambda: left_behind(server) == 0, "all processes end", 20)

    def assert_held(self, table, wanted="", user=None):
        server = self.serve(user)
        folders = [server.root / "outside", server.root / "seen"]
        before = [fingerprint(folder) for folder in folders]
        system = [os.lstat(path) for path in ("/dev/null", "/usr/bin/env", "/usr", "/etc/passwd")]
        for (name, command), said in zip(table.items(), self.run_all(server, table.values())):
            with self.subTest(name=name, user=user):
                self.assertNotIn("ESCAPED", said, command)
                self.assertIn(wanted, said)
                self.assertNotIn("never done", said)
                if wanted:
                    print(f"{name}: {said.splitlines()[0]}", flush=True)
        self.assertEqual([fingerprint(folder) for folder in folders], before)
        for path, earlier in zip(("/dev/null", "/usr/bin/env", "/usr", "/etc/passwd"), system):
            now = os.lstat(path)
            self.assertEqual((now.st_mode, now.st_uid, now.st_gid),
                             (earlier.st_mode, earlier.st_uid, earlier.st_gid), path)
        for path in server.workspace.rglob("*"):
            self.assertFalse(path.lstat().st_mode & 0o6000, path)
        self.assertIsNone(server.child.poll(), server.tail())

    def test_work(self):
        self.assert_work()

    @unittest.skipIf(os.geteuid() != 0, "only root can be somebody else")
    def test_work_as_an_ordinary_user(self):
        self.assert_work(PLAIN_USER)

    def test_attempts(self):
        self.assert_held(broker_attempts.ATTEMPTS)

    @unittest.skipIf(os.geteuid() != 0, "only root can be somebody else")
    def test_attempts_as_an_ordinary_user(self):
        self.assert_held(broker_attempts.ATTEMPTS, user=PLAIN_USER)

    def test_races(self):
        self.assert_held(RACES, "done")

    def test_guarded_places(self):
        server = self.serve()
        os.system(f"git init -q {server.workspace}")
        hook = server.workspace / ".git/hooks/pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\n")
        hook.chmod(0o644)
        (server.workspace / "kodad.yaml").write_text("{}\n")
        (server.workspace / "kodad.yaml").chmod(0o600)
        said = self.run_all(server, [
            "chmod +x .git/hooks/pre-commit && echo ESCAPED; chmod 777 .git/hooks && "
            "echo ESCAPED; touch -d 2001-01-01 .git/config && echo ESCAPED; chmod 666 kodad.yaml "
            "&& echo ESCAPED; python3 -c \"import os; "
            "os.fchmod(os.open('.git/hooks/pre-commit', os.O_RDWR), 0o755)\" && echo ESCAPED; "
            "ln -s .git/hooks way; chmod +x way/pre-commit && echo ESCAPED; chmod 700 .git; "
            "stat -c %a .git"])[0]
        self.assertNotIn("ESCAPED", said)
        self.assertIn("\n700", said)
        self.assertEqual(hook.stat().st_mode & 0o777, 0o644)

    def assert_temporaries_go(self, user):
        """What a command has closed to its own user is removed with the rest."""
        server = self.serve(user)
        self.run_all(server, ["mkdir -p $TMPDIR/a/b $HOME/c/d; touch $HOME/c/f; chmod 0 $HOME/a/b; "
                              "ln -s $OUT $HOME/c/l; chmod 500 $HOME/c; chmod 0 $HOME/a $HOME"])
        until(lambda: not glob.glob(f"/tmp/kodad-{server.child.pid}-*"), "temporary folders go", 20)
        self.assertEqual((server.root / "outside/f").read_text(), "kept")

    def test_temporary_folders_go(self):
        self.assert_temporaries_go(None)

    @unittest.skipIf(os.geteuid() != 0, "only root can be somebody else")
    def test_temporary_folders_go_of_an_ordinary_user(self):
        self.assert_temporaries_go(PLAIN_USER)

    def watch(self, server, over):
        most = 0
        while not over.wait(0.002):
            most = max(most, tasks_below(server.child.pid) - 1)  # Without the spawner.
        self.most = most

    def bomb(self, command):
        server = self.serve(limits=f"{{processes: {PROCESSES}}}")
        over = threading.Event()
        watcher = threading.Thread(target=self.watch, args=(server, over))
        watcher.start()
        try:
            said = self.run_all(server, [command, "true && echo went on"])
        finally:
            over.set()
            watcher.join()
        print(f"most tasks of {PROCESSES}: {self.most}", flush=True)
        self.assertIn("sandbox.limits.processes", said[0])
        self.assertIn("went on", said[1])
        self.assertLessEqual(self.most, PROCESSES + 4)
        self.assertGreater(self.most, PROCESSES // 2)
        until(lambda: left_behind(server) == 0, "all processes end", 20)
        return said[0]

    def test_a_fork_bomb_is_refused(self):
        self.assertIn("refused", self.bomb(BOMB).split())

    def test_a_bomb_of_threads_is_refused(self):
        self.assertIn("can't start new thread", self.bomb(THREADS))

    def brokers(self, server):
        out = []
        for pid in descendants(server.child.pid):
            try:
                if pathlib.Path(f"/proc/{pid}/comm").read_text() == "kodad-broker\n":
                    out.append(pid)
            except OSError:
                pass
        return out

    def test_a_broker_holds_nothing_of_the_call_and_takes_the_command_along(self):
        server = self.serve()
        client = server.client()
        session = client.new_session()["id"]
        client.say(session, script(bash("touch on; (setsid sleep 60 &); sleep 60", timeout=80000)))
        until(lambda: (server.workspace / "on").exists(), "the command runs")
        broker, = self.brokers(server)
        held = [os.readlink(path) for path in glob.glob(f"/proc/{broker}/fd/*")]
        self.assertEqual([each for each in held if each.startswith(("pipe:", "socket:"))], [])
        self.assertLessEqual(len(held), 12, held)
        status = pathlib.Path(f"/proc/{broker}/status").read_text()
        self.assertIn("CapPrm:\t0000000000000000\n", status)
        self.assertIn("CapBnd:\t0000000000000000\n", status)
        self.assertIn("NoNewPrivs:\t1\n", status)
        os.kill(broker, signal.SIGKILL)
        client.finish(session, 20)
        until(lambda: left_behind(server) == 0, "all processes end", 20)

    def test_ends_pass_through(self):
        server = self.serve()
        said = self.run_all(server, ["exit 7", "kill -9 $$", "kill -TERM $$", "true"])
        for text, wanted in zip(said, ("exit code 7", "killed", "15", "exit code 0")):
            self.assertIn(wanted, text)
        until(lambda: left_behind(server) == 0, "all processes end", 20)

    def test_without_a_listener_changes_are_refused(self):
        server = self.serve(wrapper=[*REFUSING, "listener"])
        said = self.run_all(server, ["touch f; chmod 600 f && echo ESCAPED; (echo started)",
                                     "chmod 777 $SEEN/f && echo ESCAPED; true"])
        self.assertNotIn("ESCAPED", "".join(said))
        self.assertIn("started", said[0])


if __name__ == "__main__":
    main()
