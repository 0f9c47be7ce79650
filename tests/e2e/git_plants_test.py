"""Plants in a repository, made by real commands of a session: afterwards the operator's own git,
outside the sandbox, runs none of them; each is told. Honest work with git is left alone."""

import os
import pathlib
import shutil
import subprocess
import unittest

from harness import bash, main, script, until
from sandbox_test import PlainServer

# What git runs when the operator works there; it leaves a file that the test looks for.
EVIL = "touch {marker}"
HOOK = "printf '#!/bin/sh\\n{evil}\\n' > {0}; chmod +x {0}"
CONFIGS = {
    "core.fsmonitor": "{evil}", "core.editor": "{evil}", "core.pager": "{evil}",
    "core.sshCommand": "{evil}", "core.hooksPath": "evilhooks", "diff.external": "{evil}",
    "filter.x.clean": "{evil}", "filter.x.process": "{evil}", "diff.x.textconv": "{evil}",
    "gpg.program": "{evil}", "alias.status": "!{evil}", "include.path": "../evil.conf",
    "core.worktree": "/tmp", "credential.helper": "!{evil}",
}
PREPARE = ("mkdir -p evilhooks; for h in pre-commit post-commit; do printf '#!/bin/sh\\n{evil}\\n' "
           "> evilhooks/$h; chmod +x evilhooks/$h; done; printf '[core]\\nfsmonitor = {evil}\\n' "
           "> evil.conf; echo '* filter=x diff=x' > .gitattributes; ")


def plants():
    """Name, kind of workspace ("repository", "none"), command, and whether it must be told."""
    out = []
    for hook in ("pre-commit", "post-commit", "post-index-change", "commit-msg"):
        out.append((f"hook {hook}", "repository", HOOK.replace("{0}", f".git/hooks/{hook}")))
    for key, value in CONFIGS.items():
        section, _, last = key.rpartition(".")
        section = section.replace(".x", ' "x"')
        line = (f"git init -q 2>/dev/null; git config {key} '{value}' || true; "
                f"printf '[{section}]\\n{last} = {value}\\n' >> .git/config")
        out.append((f"new repository, {key}", "none", PREPARE + line))
    made = HOOK.replace("{0}", "{0}/hooks/pre-commit")
    config = "printf '[core]\\nfsmonitor = {evil}\\n' >> {0}/config"
    for name, kind, command in (
            ("new repository, hook", "none", "git init -q; " + made.replace("{0}", ".git")),
            ("nested repository", "repository",
             "git init -q n; " + config.replace("{0}", "n/.git")),
            ("renamed repository", "repository",
             "git init -q o; " + config.replace("{0}", "o/.git") + "; mv .git old; mv o/.git .git"),
            ("a .git file", "none",
             "git init -q --bare b; " + config.replace("{0}", "b") + "; echo 'gitdir: b' > .git"),
            ("a link for .git", "none",
             "git init -q b; " + config.replace("{0}", "b/.git") + "; ln -s b/.git .git"),
            ("a hard link for a config", "none",
             "git init -q; printf '[core]\\nfsmonitor = {evil}\\n' > c; ln -f c .git/config"),
            ("a link for a config", "none",
             "git init -q; printf '[core]\\nfsmonitor = {evil}\\n' > c; ln -sf ../c .git/config"),
            ("a link for hooks", "none", PREPARE + "git init -q; rm -rf .git/hooks; "
             "ln -s ../evilhooks .git/hooks"),
            ("a template during init", "none", PREPARE + "mkdir -p t; cp -r evilhooks t/hooks; "
             "git init -q --template=t"),
            ("in the background at the end", "none",
             "git init -q; (sleep 0.05; " + config.replace("{0}", ".git") + ") & sleep 0.04"),
            ("a bare repository", "none", "git init -q --bare .; " + config.replace("{0}", ".")),
            ("capitals", "none",
             "git init -q; printf '[CORE]\\nFSMonitor = {evil}\\n' >> .git/config"),
    ):
        out.append((name, kind, command))
    return out


# What the operator set up, and what a command does to a link or a folder on the way there. {evil}
# is a line that makes the marker, FS a configuration with it, HK a hook.
FS = "printf '[core]\\n\\tfsmonitor = {evil} #\\n' > "
HK = "printf '#!/bin/sh\\n{evil}\\n' > "
INCLUDED = "mkdir real; ln -s real l; echo '# a' > real/a.cfg; git config include.path ../l/a.cfg"
BENT = "rm l; mkdir k; ln -s k l; " + FS + "k/a.cfg"
PROGRAM = "printf '#!/bin/sh\\n' > {0}; chmod +x {0}"
WAYS = {
    "a link to an include": (INCLUDED, BENT),
    "the second link": (INCLUDED.replace("../l/", "../l2/") + "; ln -s l l2", BENT),
    "a link in an included file": (
        "mkdir real; ln -s real l; echo '# a' > real/a.cfg; git config include.path ../i; "
        "printf '[include]\\npath = l/a.cfg\\n' > i", BENT),
    "a folder becomes a link": (
        "mkdir d; echo '# a' > d/a.cfg; git config include.path ../d/a.cfg",
        "mv d e; mkdir k; " + FS + "k/a.cfg; ln -s k d"),
    "a folder that was not there": (
        "git config include.path ../cfg/a.cfg", "mkdir k; " + FS + "k/a.cfg; ln -s k cfg"),
    "hooks behind a link": (
        "mkdir -p real/h; ln -s real l; git config core.hooksPath l/h",
        HK + "l/h/pre-commit; chmod +x l/h/pre-commit"),
    "a program behind a link": (
        "mkdir t; ln -s t l; " + PROGRAM.replace("{0}", "t/fs")
        + "; git config core.fsmonitor l/fs",
        "rm l; mkdir k; " + HK + "k/fs; chmod +x k/fs; ln -s k l"),
    "a program's folder": (
        "mkdir t; " + PROGRAM.replace("{0}", "t/fs") + "; git config core.fsmonitor t/fs",
        "mv t t2; mkdir k; " + HK + "k/fs; chmod +x k/fs; ln -s k t"),
    "a hook's link": (
        "mkdir s; " + PROGRAM.replace("{0}", "s/pc") + "; ln -s s sl; "
        "ln -s ../../sl/pc .git/hooks/pre-commit",
        "rm sl; mkdir k; " + HK + "k/pc; chmod +x k/pc; ln -s k sl"),
}
# What the operator set up, and what the tool `write` must not touch then.
WRITTEN = {
    "pc": PROGRAM.replace("{0}", "pc") + "; ln -s ../../pc .git/hooks/pre-commit",
    "gh/pre-commit": "mkdir gh; rm -rf .git/hooks; ln -s ../gh .git/hooks; "
                     + PROGRAM.replace("{0}", "gh/pre-commit"),
    "s/pc": "mkdir s; " + PROGRAM.replace("{0}", "s/pc") + "; ln -s s/pc pcl; "
            "ln -s ../../pcl .git/hooks/pre-commit",
    "l/h/pre-commit": "mkdir -p real/h; ln -s real l; git config core.hooksPath l/h; "
                      + PROGRAM.replace("{0}", "l/h/pre-commit"),
}

HONEST = """set -e
git init -q -b main r && cd r && echo a > a && git add a && git commit -qm one
git checkout -q -b side && echo b > b && git add b && git commit -qm two
git checkout -q main && git merge -q side && echo c >> a && git stash -q && git stash pop -q
git worktree add -q ../w side && cd .. && git clone -q r copy && git -C copy log --oneline | wc -l
echo worked"""


class PlantsTest(unittest.TestCase):
    def serve(self, mode):
        server = PlainServer(config=f"sandbox: {{mode: {mode}}}\n"
                                    "permission: {bash: allow, write: allow}\n")
        self.addCleanup(server.close)
        server.start()
        return server

    def operate(self, server, folder):
        """What the operator does there, with nothing of the sandbox."""
        given = {**server.environment(), "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0":
                 "safe.directory", "GIT_CONFIG_VALUE_0": "*", "GIT_AUTHOR_NAME": "o",
                 "GIT_AUTHOR_EMAIL": "o@o", "GIT_COMMITTER_NAME": "o", "GIT_COMMITTER_EMAIL": "o@o"}
        for where in (folder, folder / "n"):
            for words in (["status"], ["add", "-A"], ["diff", "HEAD"], ["diff"],
                          ["commit", "--allow-empty", "-m", "x"]):
                if where.is_dir():
                    subprocess.run(["git", *words], cwd=where, env=given, capture_output=True,
                                   stdin=subprocess.DEVNULL, timeout=20)

    def workspace(self, server, number, kind):
        folder = server.workspace / str(number)
        folder.mkdir()
        (folder / "file.txt").write_text("text\n")
        if kind == "repository":
            subprocess.run(["git", "init", "-q", str(folder)], check=True)
        return folder

    def judge(self, server, folder, case, session, refusals):
        """The operator's git ran nothing of what a command left, and the log tells of it, unless
        the command's output has one of `refusals`."""
        mode, name = case
        marker = server.root / "marker"
        said = str(server.client().messages(session)[1:])
        self.operate(server, folder)
        with self.subTest(mode=mode, name=name):
            self.assertFalse(marker.exists(), f"git ran it: {said[:1500]}")
            # What the kernel kept from being written needs no word of the guard's.
            # One that came too late was ended with the command.
            if not any(words in said for words in refusals) and "background" not in name:
                self.assertIn("session " + session, server.log.read_text(), said[:1500])
        marker.unlink(missing_ok=True)

    def plant_all(self, mode):
        server = self.serve(mode)
        client = server.client()
        marker = server.root / "marker"
        all_plants = plants()
        self.assertGreaterEqual(len(all_plants), 30)
        for number, (name, kind, command) in enumerate(all_plants):
            folder = self.workspace(server, number, kind)
            command = command.replace("{evil}", EVIL.format(marker=marker))
            session = client.new_session(workspace=str(folder))["id"]
            client.run(session, script(bash(command)))
            self.judge(server, folder, (mode, name), session,
                       # Under Landlock git cannot make a bare repository to plant something in.
                       ("Read-only file system", "config.lock failed"))

    def bend_all(self, mode):
        server = self.serve(mode)
        client = server.client()
        marker = server.root / "marker"
        for number, (name, (prepare, command)) in enumerate(WAYS.items()):
            folder = self.workspace(server, number, "repository")
            subprocess.run(["sh", "-ec", prepare], cwd=folder, check=True)
            command = command.replace("{evil}", EVIL.format(marker=marker))
            session = client.new_session(workspace=str(folder))["id"]
            client.run(session, script(bash(command)))
            self.judge(server, folder, (mode, name), session, ("Read-only file system",))

    def in_a_part(self, mode):
        """The session works in a part of a repository that has a hook there."""
        server = self.serve(mode)
        client = server.client()
        marker = server.root / "marker"
        folder = self.workspace(server, 0, "repository")
        prepare = ("mkdir tools; " + PROGRAM.replace("{0}", "tools/pc")
                   + "; ln -s ../../tools/pc .git/hooks/pre-commit")
        subprocess.run(["sh", "-ec", prepare], cwd=folder, check=True)
        session = client.new_session(workspace=str(folder / "tools"))["id"]
        client.run(session, script(bash((HK + "pc").replace("{evil}", f"touch {marker}"))))
        self.operate(server, folder)
        self.assertFalse(marker.exists())
        said = str(client.messages(session)[1:])
        self.assertTrue("Read-only file system" in said or session in server.log.read_text(), said)

    def test_ways_in_bubblewrap(self):
        self.bend_all("bubblewrap")

    def test_ways_under_landlock(self):
        self.bend_all("landlock")

    def test_a_part_in_bubblewrap(self):
        self.in_a_part("bubblewrap")

    def test_a_part_under_landlock(self):
        self.in_a_part("landlock")

    def test_the_tool_write_leaves_what_git_runs_alone(self):
        server = self.serve("bubblewrap")
        client = server.client()
        marker = server.root / "marker"
        content = f"#!/bin/sh\ntouch {marker}\n"
        for number, (path, prepare) in enumerate(WRITTEN.items()):
            folder = self.workspace(server, number, "repository")
            subprocess.run(["sh", "-ec", prepare], cwd=folder, check=True)
            session = client.new_session(workspace=str(folder))["id"]
            client.run(session, script({"tool": "read", "input": {"path": path}}, *(
                {"tool": "write", "input": {"path": one, "content": content}}
                for one in (path, "elsewhere/pc"))))
            said = str(client.messages(session)[1:])
            self.operate(server, folder)
            with self.subTest(path=path):
                self.assertIn("tool_denied", said)
                self.assertFalse(marker.exists(), said[:1500])
                self.assertTrue((folder / "elsewhere/pc").exists(), said[:1500])

    def assert_honest(self, mode):
        server = self.serve(mode)
        client = server.client()
        session = client.new_session()["id"]
        before = server.log.read_text()
        client.run(session, script(bash(HONEST)))
        self.assertIn("worked", str(client.messages(session)[1:]))
        self.assertEqual(server.log.read_text(), before)

    def test_bubblewrap(self):
        self.plant_all("bubblewrap")

    def test_landlock(self):
        self.plant_all("landlock")

    def test_honest_work_in_bubblewrap(self):
        self.assert_honest("bubblewrap")

    def test_honest_work_under_landlock(self):
        self.assert_honest("landlock")

    def test_writes_of_one_answer_make_no_repository(self):
        server = self.serve("bubblewrap")
        client = server.client()
        config = f"[core]\n\tfsmonitor = touch {server.root}/marker #\n"
        pieces = {"HEAD": "ref: refs/heads/main\n", "objects/x": "x", "refs/x": "x",
                  "config": config}
        session = client.new_session()["id"]
        for number in range(50):
            client.run(session, script(*(
                {"tool": "write", "input": {"filePath": f"b{number}/{name}", "content": text}}
                for name, text in pieces.items())))
            made = [name for name in pieces if (server.workspace / f"b{number}" / name).exists()]
            self.assertEqual(len(made), 3, made)
        self.operate(server, server.workspace / "b0")
        self.assertFalse((server.root / "marker").exists())

    def test_a_killed_server_puts_back_at_its_start(self):
        for mode in ("bubblewrap", "landlock"):
            server = self.serve(mode)
            marker = server.root / "marker"
            client = server.client()
            session = client.new_session()["id"]
            client.say(session, script(bash(
                f"git init -q; printf '[core]\\nfsmonitor = touch {marker}\\n' >> .git/config; "
                "touch planted; sleep 30")))
            until(lambda: (server.workspace / "planted").exists(), "the command plants")
            server.restart()
            self.operate(server, server.workspace)
            with self.subTest(mode=mode):
                self.assertFalse(marker.exists())
                self.assertIn(".git/config", server.tail())
            server.close()


if __name__ == "__main__":
    main()
