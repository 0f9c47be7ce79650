"""Starts that fail: the command line, the address, what the system grants, the standard files."""

import os
import socket
import subprocess

from harness import Server, bash, main, script
from start_fixture import AT_ONCE, NAME_SERVER, NOBODY, SpoiltStart, Start, add_cases, case


def busy_port(start, family=socket.AF_INET, host="127.0.0.1"):
    taken = socket.socket(family)
    taken.bind((host, 0))
    taken.listen()
    start.cleanups.append(taken.close)
    return taken.getsockname()[1]


# --- the command line ------------------------------------------------------------------------


@case
def an_unknown_option(start):
    start.more = ["--prot", "1"]
    return "--prot", "--port"


@case
def a_stray_argument(start):
    start.more = ["serve"]
    return ("serve",)


@case
def an_option_without_its_value(start):
    start.more = ["--host"]
    return ("--host",)


@case
def an_option_twice(start):
    start.more = ["--port", "1"]
    return ("--port",)


@case
def a_port_out_of_range(start):
    start.options["--port"] = "65536"
    return ("--port",)


@case
def a_port_that_is_no_number(start):
    start.options["--port"] = "http"
    return ("--port",)


@case
def a_line_feed_in_a_path(start):
    start.options["--workspace"] = "/no/such\nfolder"
    return "/no/such folder", "No such file"


@case
def an_endless_argument(start):
    start.options["--workspace"] = "/" + "x" * 100_000
    return ("--workspace",)


# --- the address -----------------------------------------------------------------------------


@case
def a_busy_port(start):
    start.options["--port"] = port = busy_port(start)
    return str(port), "already in use"


@case
def a_busy_port_in_the_configuration(start):
    port = busy_port(start)
    start.configure(f"version: 1\nserver: {{port: {port}}}\n")
    start.options["--port"] = None
    return str(port), "already in use"


@case
def a_busy_port_on_ipv6(start):
    start.options["--host"] = "::1"
    start.options["--port"] = port = busy_port(start, socket.AF_INET6, "::1")
    return str(port), "already in use"


@case
def an_address_of_another_machine(start):
    start.configure("version: 1\nserver: {tokens: [0123456789abcdef0123456789abcdef]}\n")
    start.options["--host"] = "192.0.2.1"
    return "192.0.2.1", "assign requested address"


@case
def others_let_in_without_a_token(start):
    start.options["--host"] = "0.0.0.0"
    return "0.0.0.0", "server.tokens"


@case
def an_empty_token(start):
    start.configure("version: 1\nserver: {tokens: ['']}\n")
    start.options["--host"] = "0.0.0.0"
    return ("token",)


@case
def no_host(start):
    start.options["--host"] = ""
    return ("--host",)


@case(deadline=NAME_SERVER)
def a_name_that_does_not_exist(start):
    start.configure("version: 1\nserver: {tokens: [0123456789abcdef0123456789abcdef]}\n")
    start.options["--host"] = "no-such-host.invalid"
    return ("no-such-host.invalid",)


@case(deadline=NAME_SERVER, needs_root=True)
def a_name_server_that_never_answers(start):
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.53", 0))
    start.cleanups.append(silent.close)
    resolver = start.root / "resolv.conf"
    # Nothing listens on port 53 of a private address that packets are dropped to.
    resolver.write_text("nameserver 192.0.2.53\noptions timeout:30 attempts:5\n")
    switch = start.root / "nsswitch.conf"
    switch.write_text("hosts: dns\n")
    start.wrap = ["unshare", "-m"]
    start.shell = (f"mount --bind {resolver} /etc/resolv.conf && "
                   f"mount --bind {switch} /etc/nsswitch.conf || exit 77")
    start.configure("version: 1\nserver: {tokens: [0123456789abcdef0123456789abcdef]}\n")
    start.options["--host"] = "slow.example.org"
    return ("slow.example.org",)


@case(needs_root=True)
def a_privileged_port(start):
    start.as_nobody()
    start.shell = "[[ $(cat /proc/sys/net/ipv4/ip_unprivileged_port_start) -gt 80 ]] || exit 77"
    start.options["--port"] = 80
    return "80", "Permission denied"


# --- what the system grants ------------------------------------------------------------------


def limited(option, amount, *told):
    def spoil(start):
        start.shell = f"ulimit {option} {amount}"
        return told
    spoil.__name__ = f"ulimit {option} {amount}"
    case(spoil)


for descriptors in (8, 16, 20, 24, 32, 48, 64, 128, 255):
    limited("-n", descriptors, "descriptors", "ulimit -n")
for kibibytes in (0, 1, 8, 64, 1024):
    limited("-f", kibibytes, "ulimit -f")
for kibibytes in (200_000, 1_000_000, 10_000_000, 60_000_000):
    limited("-v", kibibytes, "ulimit -v")
limited("-s", 128, "ulimit -s")


def few_threads(count):
    def spoil(start):
        start.as_nobody()
        own = subprocess.run(["ps", "-L", "-U", str(NOBODY), "--no-headers"], capture_output=True)
        start.shell = f"ulimit -u {own.stdout.count(10) + count}"
        return ()
    spoil.__name__ = f"ulimit -u {count}"
    case(spoil, needs_root=True)


for threads in (1, 2, 3, 5, 8, 14, 20):
    few_threads(threads)


# --- the standard files ----------------------------------------------------------------------


def standard_files(name, shell):
    def spoil(start):
        start.options["--workspace"] = "/no/such"
        start.shell = shell
        return None
    spoil.__name__ = name
    case(spoil)


standard_files("stderr closed", "exec 2>&-")
standard_files("all closed", "exec 0<&- 1>&- 2>&-")
standard_files("stderr full", "exec 2>/dev/full")
standard_files("stderr not for writing", "exec 2</dev/null")


@case
def help_that_nobody_takes(start):
    start.more = ["--help"]
    start.shell = "exec >/dev/full"
    return ("stdout",)


class Starts(SpoiltStart):
    def test_nothing_spoilt_starts(self):
        start = Start()
        self.addCleanup(start.close)
        child = subprocess.Popen(start.words(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 env=start.environment, cwd=start.cwd)
        self.assertRegex(child.stdout.readline(), rb"^kodad listens on http://127.0.0.1:\d+\n$")
        child.terminate()
        self.assertEqual(child.communicate(timeout=15), (b"", b""))
        self.assertEqual(child.returncode, 0)

    def test_just_enough_is_enough(self):
        # What is not refused works: the least of each is granted, and a command runs.
        server = Server(start=False)
        self.addCleanup(server.close)
        words = server.command()
        server.command = lambda: [
            "bash", "-c", "ulimit -n 256 -f 16384 -s 1024 -v 68157440; exec \"$@\"", "bash", *words]
        client = server.start().client()
        session = client.new_session(agent_id="engineer", permission={"bash": "allow"})["id"]
        turn = client.run(session, script(bash("echo $((6 * 7))")))
        self.assertEqual(turn["state"], "succeeded")
        self.assertIn("42", str(client.messages(session)))
        self.assertEqual(server.terminate(), 0)

    def test_a_reader_of_stderr_that_never_reads(self):
        start = Start()
        self.addCleanup(start.close)
        start.options["--workspace"] = "/no/such"
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        try:
            while True:
                os.write(writing, bytes(65536))
        except BlockingIOError:
            os.set_blocking(writing, True)
        code, _, _, seconds = start.run(AT_ONCE, stderr=writing)
        os.close(reading)
        os.close(writing)
        self.assertEqual(code, 2)
        self.assertLess(seconds, AT_ONCE)


add_cases(Starts)

if __name__ == "__main__":
    main()
