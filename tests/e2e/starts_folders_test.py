"""Starts that fail: the state, the workspace, the configuration, the environment."""

import os
import subprocess

from harness import main
from start_fixture import SpoiltStart, Start, add_cases, case, mount


# --- the state -------------------------------------------------------------------------------


@case
def no_path_for_the_state(start):
    start.options["--state-dir"] = ""
    return ("--state-dir",)


@case(needs_root=True)
def a_state_that_may_not_be_written(start):
    start.folder("state", 0o755)
    start.as_nobody()
    os.chown(start.state, 0, 0)
    return "state", "Permission denied"


@case(needs_root=True)
def a_parent_that_may_not_be_written(start):
    start.as_nobody()
    os.chown(start.root, 0, 0)
    return "state", "Permission denied"


@case(needs_root=True)
def a_state_on_a_read_only_disk(start):
    mount(start, start.state, "-t", "tmpfs", "-o", "ro", "tmpfs")
    return ("Read-only",)


@case(needs_root=True)
def a_state_on_a_full_disk(start):
    mount(start, start.state, "-t", "tmpfs", "-o", "size=64k", "tmpfs")
    return "state", "space"


@case
def a_file_in_place_of_the_state(start):
    start.state.write_text("mine")
    return "state", "Not a directory"


@case
def a_file_above_the_state(start):
    (start.root / "file").write_text("mine")
    start.options["--state-dir"] = start.root / "file" / "deep" / "state"
    return "file", "Not a directory"


@case
def a_state_in_proc(start):
    start.options["--state-dir"] = "/proc/kodad/state"
    return ("/proc/kodad",)


@case
def a_link_that_leads_to_itself(start):
    start.state.symlink_to("state")
    return ("symbolic links",)


@case
def a_state_that_another_kodad_uses(start):
    other = subprocess.Popen(start.words(), stdout=subprocess.PIPE, env=start.environment,
                             stderr=subprocess.DEVNULL, cwd=start.cwd, start_new_session=True)
    other.stdout.readline()
    start.cleanups += [other.stdout.close, other.wait, other.kill]
    return ("another kodad",)


@case
def a_state_inside_the_workspace(start):
    start.options["--state-dir"] = start.workspace / "deep" / "state"
    return "state", "inside the workspace"


@case
def a_state_inside_the_workspace_by_a_link(start):
    (start.root / "link").symlink_to(start.workspace)
    start.options["--state-dir"] = start.root / "link" / "state"
    return ("inside the workspace",)


@case(needs_root=True)
def a_state_inside_the_workspace_by_a_mount(start):
    mount(start, start.root / "other", "--bind", str(start.workspace))
    start.options["--state-dir"] = start.root / "other" / "state"
    return ("inside the workspace",)


@case
def a_workspace_inside_the_state(start):
    start.options["--state-dir"] = start.root
    return ("holds the workspace",)


@case
def a_workspace_inside_the_default_state(start):
    start.environment["XDG_STATE_HOME"] = str(start.root)
    inside = start.folder("kodad/project")
    start.options.update({"--state-dir": None, "--workspace": inside})
    return ("holds the workspace",)


@case
def a_state_inside_an_allowed_path(start):
    start.configure(f"version: 1\nallowed_paths: [{start.root}]\n")
    return ("inside the allowed path",)


@case
def an_allowed_path_inside_the_state(start):
    start.folder("state/deep")
    start.configure(f"version: 1\nallowed_paths: [{start.state}/deep]\n")
    return ("holds the allowed path",)


@case
def an_allowed_path_that_leads_to_the_state(start):
    start.folder("state")
    (start.root / "link").symlink_to(start.root)
    start.configure(f"version: 1\nallowed_paths: [{start.root}/link/state]\n")
    return ("allowed path",)


# --- the workspace ---------------------------------------------------------------------------


@case
def a_workspace_that_is_missing(start):
    start.options["--workspace"] = start.root / "missing"
    return "--workspace", "missing", "No such file"


@case
def a_workspace_that_is_a_file(start):
    (start.root / "file").write_text("x")
    start.options["--workspace"] = start.root / "file"
    return "--workspace", "not a folder"


@case(needs_root=True)
def a_workspace_that_may_not_be_read(start):
    start.folder("closed", 0o700)
    start.as_nobody()
    os.chown(start.root / "closed", 0, 0)
    start.options["--workspace"] = start.root / "closed"
    return "--workspace", "Permission denied"


@case
def a_workspace_that_is_no_utf8(start):
    path = os.fsencode(start.root) + b"/caf\xe9"
    os.mkdir(path)
    start.options["--workspace"] = os.fsdecode(path)
    return ("UTF-8",)


@case
def a_second_workspace_that_is_missing(start):
    start.more = ["--workspace", start.root / "missing"]
    return ("missing",)


@case
def an_empty_workspace(start):
    start.options["--workspace"] = ""
    return ("--workspace",)


@case
def a_current_folder_that_is_gone(start):
    start.cwd = start.folder("gone")
    start.options["--workspace"] = None
    start.loses = start.cwd
    start.shell = f"rmdir {start.cwd}"
    return ("current folder is gone",)


@case
def a_relative_state_where_the_current_folder_is_gone(start):
    start.cwd = start.folder("gone")
    start.options["--state-dir"] = "relative"
    start.loses = start.cwd
    start.shell = f"rmdir {start.cwd}"
    return ("current folder is gone",)


def started_in(folder):
    def spoil(start):
        start.cwd = start.root / folder
        start.options["--workspace"] = None
        return "--workspace", "current folder"
    spoil.__name__ = f"started in {folder}"
    case(spoil)


for place in ("/", "/etc", "/usr/lib", "/tmp", "/proc/self", "/var", "/home", "."):
    started_in(place)


# --- configuration and environment -----------------------------------------------------------


@case
def a_configuration_that_is_missing(start):
    start.options["--config"] = start.root / "missing.yaml"
    return ("missing.yaml",)


@case
def a_configuration_that_is_a_folder(start):
    start.options["--config"] = start.home
    return ("home",)


@case
def a_configuration_that_is_a_pipe(start):
    os.mkfifo(start.root / "pipe")
    start.options["--config"] = start.root / "pipe"
    return ("pipe",)


@case
def a_configuration_without_end(start):
    start.options["--config"] = "/dev/zero"
    return ("/dev/zero",)


@case
def a_configuration_that_is_no_yaml(start):
    start.configure("version: [1\n")
    return "config.yaml", "not YAML"


@case
def a_configuration_of_bytes(start):
    start.configure("")
    start.config.write_bytes(b"\x00\xff\xfe\x80" * 100)
    return ("config.yaml",)


@case
def a_configured_port_that_is_none(start):
    start.configure("version: 1\nserver: {port: [1]}\n")
    return "server.port", "line 2"


@case
def a_configuration_nested_too_deep(start):
    start.configure("version: 1\nx: " + "[" * 100_000)
    return ("config.yaml",)


@case
def a_default_agent_that_is_nobody(start):
    start.configure("version: 1\ndefault_agent: enginer\n")
    return "default_agent", "enginer", "engineer"


def configured(name, text, *told):
    def spoil(start):
        start.configure(text)
        return ("config.yaml", *told)
    spoil.__name__ = name
    case(spoil)


configured("a default model without its provider",
           "default_agent: engineer\nproviders: [{id: openai}]\ndefault_model: opnai/gpt\n",
           "line 3", "default_model", "opnai/gpt", "sim or openai", "did you mean openai/gpt")
configured("a utility model without its provider", "utility_model: nope/x\n", "nope/x", "(sim)")
configured("a fallback model without its provider", "fallback_models: [nope/x]\n", "nope/x")
configured("a default model that sim has not", "default_model: sim/kodaa\n", "line 1",
           "default_model", "sim/kodaa", "did you mean sim/koda?")
configured("a fallback model that sim has not", "fallback_models: [sim/koda, sim/loads]\n",
           "fallback_models", "sim/loads", "sim/load")
configured("a utility model that sim has not", "utility_model: sim/small\n", "utility_model",
           "sim/small", "sim/koda or sim/load")
configured("everything shown to commands", "sandbox:\n  read: [/]\n", "line 2", "sandbox.read")
configured("a variable of the loader", "sandbox: {env: {LD_PRELOAD: /x.so}}\n", "LD_PRELOAD",
           "sandbox.env", "bubblewrap")
configured("a mode that is none", "sandbox: {mode: bubblewarp}\n", "bubblewarp", "landlock",
           "did you mean bubblewrap?")
configured("a second document", "version: 1\n---\nversion: 1\n", "line 3", "one document")
configured("a key twice", "tui:\n  a: 1\n  a: 2\n", "line 3", "tui.a", "twice")
configured("an origin for all", "server: {origins: ['*']}\n", "server.origins", "https://")
configured("a variable without braces", "providers: [{id: openai, api_key: $KEY}]\n", "${NAME}")


@case(needs_root=True)
def a_configuration_that_may_not_be_read(start):
    start.configure("version: 1\n")
    start.as_nobody()
    os.chown(start.config, 0, 0)
    start.config.chmod(0o600)
    return "config.yaml", "Permission denied"


@case(needs_root=True)
def a_default_configuration_out_of_reach(start):
    start.folder("home/.config/kodad", 0o700)
    start.as_nobody()
    os.chown(start.home / ".config" / "kodad", 0, 0)
    return ".config/kodad", "Permission denied"


@case
def a_default_configuration_of_another_name(start):
    (start.home / ".config/kodad").mkdir(parents=True)
    (start.home / ".config/kodad/config.yml").write_text("permission: {bash: deny}\n")
    return "config.yml: is not read", "config.yaml; rename it"


@case
def a_default_configuration_that_leads_nowhere(start):
    start.folder("home/.config/kodad")
    (start.home / ".config/kodad/config.yaml").symlink_to("/no/such/file")
    return ("config.yaml",)


@case
def no_home(start):
    del start.environment["HOME"]
    start.options["--state-dir"] = None
    return "HOME", "--state-dir"


@case
def a_relative_home(start):
    start.environment.update({"HOME": "home", "XDG_STATE_HOME": "relative"})
    start.options["--state-dir"] = None
    return ("HOME",)


@case
def a_home_that_is_a_file(start):
    (start.root / "file").write_text("")
    start.environment["HOME"] = str(start.root / "file")
    start.options["--state-dir"] = None
    return ("Not a directory",)


class Starts(SpoiltStart):
    def test_all_mistakes_of_a_file_at_once(self):
        start = Start()
        self.addCleanup(start.close)
        start.configure("server:\n  port: x\n  prot: 1\nsession:\n  snapshot: perhaps\n"
                        "default_model: nope/x\n")
        code, out, said, _ = start.run(2)
        self.assertEqual((code, out), (2, b""))
        lines = said.decode().splitlines()
        self.assertEqual(len(lines), 4, lines)
        for number, (at, word) in enumerate(((2, "server.port"), (3, "did you mean server.port?"),
                                             (5, "session.snapshot"), (6, "default_model"))):
            self.assertTrue(lines[number].startswith("kodad: config "), lines[number])
            self.assertIn(f" line {at}: ", lines[number])
            self.assertIn(word, lines[number])


add_cases(Starts)

if __name__ == "__main__":
    main()
