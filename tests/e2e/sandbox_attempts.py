"""Ways out of the sandbox, each a command line for the bash tool.

A command gets $OUT (a folder beside the workspace, with secrets in it), $PORT and $UDP (listeners
on 127.0.0.1), $ABSTRACT (the name of an abstract socket), $SOCKET (a socket's path) and $PID
(kodad). It prints ESCAPED when it got what it must not get; a secret in its output, a change
outside, or a datagram at a listener counts as well. What is told here in words is judged by
sandbox_test.py.
"""


def python(code):
    return "python3 - <<'END'\n" + code + "\nEND"


def syscall(call, wanted="result >= 0"):
    """A system call made directly; an escape if it does what was asked."""
    return python(f"""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
result = libc.syscall({call})
print("ESCAPED" if {wanted} else os.strerror(ctypes.get_errno()))""")


def opening(socket):
    """Making a socket of a kind that no command needs."""
    return python(f"import socket\nsocket.socket({socket})\nprint('ESCAPED')")


READS = {
    "a path upwards": "cat ../outside/secret",
    "an absolute path": "cat $OUT/secret",
    "a link": "ln -sf $OUT/secret l1; cat l1",
    "a link to a folder": "ln -sfn $OUT l2; cat l2/secret",
    "a chain of links": "ln -sfn l4 l3; ln -sfn $OUT l4; cat l3/secret",
    "a hard link": "ln $OUT/secret h1 && cat h1",
    "the root of another process": "cat /proc/1/root$OUT/secret /proc/$PPID/root$OUT/secret",
    "the root of its own": "cat /proc/self/root$OUT/secret",
    "the server's root": "cat /proc/$PID/root$OUT/secret",
    "the server's environment": "tr '\\0' '\\n' < /proc/$PID/environ | grep CANARY",
    "the server's memory": "cat /proc/$PID/maps /proc/$PID/mem | head -c 100 | grep . && "
                           "echo ESCAPED",
    "the server's command line": "cat /proc/$PID/cmdline | grep -a kodad && echo ESCAPED",
    "the server's descriptors": "cat /proc/$PID/fd/* 2>/dev/null | grep -a . && echo ESCAPED",
    "inherited descriptors": "for f in /proc/self/fd/*; do n=${f##*/}; "
                             "[ $n -gt 3 ] && [ -e $f ] && readlink $f; done | "
                             "grep -v -e pipe -e /proc -e sandbox | grep / && echo ESCAPED",
    "attributes": python("""
import os
file = os.environ['OUT'] + '/secret'
held = '/proc/self/fd/%d' % os.open(file, os.O_PATH)
for path in (file, held):
    for follows in (True, False):
        for ask in (lambda: os.listxattr(path, follow_symlinks=follows),
                    lambda: os.getxattr(path, 'user.x', follow_symlinks=follows)):
            try:
                print(ask())
            except OSError as failure:
                print(failure.strerror)"""),
    "the environment": "env | grep -i -e canary -e token -e secret",
    "the state folder": "cat $OUT/../state/* 2>/dev/null | grep -a . && echo ESCAPED",
    "the configuration": "cat $OUT/../config.yaml",
    "the home folder": "cat $OUT/../home/.ssh/id_rsa",
    "another workspace": "cat $OUT/../other/secret",
    "password hashes": "cat /etc/shadow | grep . && echo ESCAPED",
    "private keys": "ls /etc/ssl/private && echo ESCAPED",
    "the host's users": "grep -v -e agent -e nobody /etc/passwd | grep -q root:x: && "
                        "[ $MODE = bubblewrap ] && echo ESCAPED",
    "root's home": "ls /root && echo ESCAPED",
    "log files": "ls /var/log && echo ESCAPED",
    "other sandboxes' files": "ls -d /tmp/kodad-*/gitconfig 2>/dev/null | "
                              "grep -v \"$HOME\" && echo ESCAPED",
    "kernel memory": "head -c 1 /proc/kcore | grep -a . && echo ESCAPED",
    "kernel messages": "dmesg 2>/dev/null | grep . && echo ESCAPED",
    "a mount": "mkdir -p m; mount --bind $OUT m && cat m/secret",
    "a new user namespace": "unshare -Ur true && echo ESCAPED",
    "a new mount namespace": "unshare -m true && echo ESCAPED",
    "the server's namespaces": "nsenter -t $PID -m true && echo ESCAPED",
    "a chroot": python("import os\nos.chroot('.')\nprint('ESCAPED')"),
    "an archive with a link": "mkdir -p a; ln -sfn $OUT a/x; tar chf - a/x/secret | tar xOf -",
    "git's alternates": "git init -q alt; echo $OUT > alt/.git/objects/info/alternates; "
                        "cat alt/.git/objects/info/alternates/secret",
    "a file handle": syscall("304, -100, 0, 0"),
    "memory of the server": syscall("310, int(os.environ['PID']), 0, 0, 0, 0, 0", "result > 0"),
    "tracing the server": syscall("101, 16, int(os.environ['PID']), 0, 0", "result == 0"),
    "a descriptor of the server": python("""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
fd = libc.syscall(434, int(os.environ['PID']), 0)
got = libc.syscall(438, fd, 3, 0) if fd >= 0 else -1
print('ESCAPED' if got >= 0 else 'no')"""),
}

WRITES = {
    "a path upwards": "echo EVIL > ../outside/new; echo EVIL > ../outside/secret",
    "an absolute path": "echo EVIL > $OUT/new",
    "through a link": "ln -sfn $OUT w1; echo EVIL > w1/new",
    "through a link to a file": "ln -sf $OUT/secret w2; echo EVIL > w2",
    "into the state folder": "echo EVIL > $OUT/../state/new",
    "into the home folder": "echo EVIL >> $OUT/../home/.bashrc",
    "removing": "rm -rf $OUT/secret $OUT",
    "renaming": "mv $OUT/secret $OUT/moved; mv $OUT ./taken",
    "renaming out": "echo EVIL > e1; mv e1 $OUT/e1",
    "linking out": "echo EVIL > e2; ln e2 $OUT/e2",
    "truncating": "truncate -s 0 $OUT/secret",
    "a mode": "chmod 777 $OUT $OUT/secret",
    "an owner": "chown 1:1 $OUT/secret",
    "times": "touch -d 2001-01-01 $OUT/secret $OUT",
    "an attribute": python("import os\nos.setxattr(os.environ['OUT'] + '/secret', 'user.x', b'y')"),
    "the system's programs": "echo EVIL > /usr/bin/evil && echo ESCAPED; rm -f /usr/bin/evil",
    "the system's configuration": "echo EVIL > /etc/evil && echo ESCAPED; rm -f /etc/evil",
    "devices": "echo EVIL > /dev/evil && echo ESCAPED",
    "a device node": "mknod d1 b 259 0 && echo ESCAPED; mknod d2 c 1 1 && echo ESCAPED",
    "core_pattern": "f=/proc/sys/kernel/core_pattern; old=$(cat $f); "
                    "echo \"$old\" > $f && echo ESCAPED",
    "other settings of the kernel": "for f in kernel/hostname vm/overcommit_memory fs/file-max "
                                    "kernel/panic; do old=$(cat /proc/sys/$f) && "
                                    "echo \"$old\" > /proc/sys/$f && echo ESCAPED; done",
    "sysrq": "echo h > /proc/sysrq-trigger && echo ESCAPED",
    "control groups": "mkdir /sys/fs/cgroup/evil && echo ESCAPED",
    "remounting": "mount -o remount,rw /usr && echo ESCAPED",
    "unmounting": "umount -l .git/hooks && echo ESCAPED; umount -l .git/config && echo ESCAPED",
    "a setuid file": "cp /bin/sh s1; chmod 4755 s1; [ -u s1 ] && echo ESCAPED",
    "a setgid file": "cp /bin/sh s2; chmod g+s s2; [ -g s2 ] && echo ESCAPED",
    "a setuid file at its creation": python("""
import os
for mode in (0o4755, 0o2755):
    os.umask(0)
    try:
        os.close(os.open('s3', os.O_CREAT | os.O_WRONLY, mode))
    except OSError as why:
        print(why)"""),
    "a setuid file by descriptor": python("""
import os
file = os.open('s4', os.O_CREAT | os.O_WRONLY, 0o755)
os.fchmod(file, 0o4755)"""),
    "a setuid file from an archive": python("""
import io, tarfile
box = io.BytesIO()
with tarfile.open(fileobj=box, mode='w') as out:
    entry = tarfile.TarInfo('s5')
    entry.mode = 0o4755
    out.addfile(entry)
box.seek(0)
tarfile.open(fileobj=box).extractall()"""),
    "a device's mode": python("""
import os
for flags in (os.O_RDONLY, os.O_RDWR, 3):
    try:
        file = os.open('/dev/null', flags)
        os.fchmod(file, os.fstat(file).st_mode & 0o777)
        print('ESCAPED')
    except OSError as why:
        print(why)"""),
    "what is only read, by descriptor": python("""
import fcntl, os
for name in ('/usr/bin/env', '/etc/passwd', os.environ['OUT'] + '/secret'):
    for flags in (os.O_RDONLY, 3):
        for change in (lambda file: os.fchmod(file, os.fstat(file).st_mode & 0o777),
                       lambda file: os.utime(file),
                       lambda file: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK),
                       lambda file: os.setxattr(file, 'user.x', b'y')):
            try:
                change(os.open(name, flags))
                print('ESCAPED', name, flags)
            except OSError as why:
                print(why)"""),
    "a setuid file by openat2": python("""
import ctypes, struct
how = ctypes.create_string_buffer(struct.pack('QQQ', 0o101, 0o4755, 0))
libc = ctypes.CDLL(None)
if libc.syscall(437, -100, b's6', how, 24) >= 0:
    print('ESCAPED')"""),
}

OTHER = {
    "another program's queue": python("""
import ctypes, os
libc = ctypes.CDLL(None)
got = ctypes.create_string_buffer(1000)
if libc.msgrcv(int(os.environ['QUEUE']), got, ctypes.c_size_t(900), ctypes.c_long(0), 0o4000) >= 0:
    print('ESCAPED', got.raw)
if libc.msgsnd(int(os.environ['QUEUE']), ctypes.c_char_p(b'\\1' + bytes(20)), ctypes.c_size_t(8),
               0o4000) == 0:
    print('ESCAPED')"""),
    "another program's semaphore": python("""
import ctypes, os, struct
libc = ctypes.CDLL(None)
change = struct.pack('HhH', 0, -1, 0o4000)
if libc.semop(int(os.environ['SEMAPHORE']), change, ctypes.c_size_t(1)) == 0:
    print('ESCAPED')
if libc.semtimedop(int(os.environ['SEMAPHORE']), change, ctypes.c_size_t(1), None) == 0:
    print('ESCAPED')"""),
    "memory that nobody shows": syscall("447, 0"),
    "a signal to the server": "kill -9 $PID && echo ESCAPED",
    "a signal to all": "kill -9 -1; true",
    "the server's priority": "renice 19 -p $PID && echo ESCAPED",
    "a connection": "echo x > /dev/tcp/127.0.0.1/$PORT && echo ESCAPED",
    "a datagram": "echo x > /dev/udp/127.0.0.1/$UDP",
    "a datagram over IPv6": "echo x > /dev/udp/::1/$UDP",
    "kodad's own door": "curl -s -m 2 http://127.0.0.1:$DOOR/health && echo ESCAPED",
    "a name": "getent hosts example.com && echo ESCAPED",
    "an abstract socket": python("""
import os, socket
link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
link.connect('\\0' + os.environ['ABSTRACT'])
print('ESCAPED')"""),
    "a socket of the host": python("""
import os, socket
link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
link.connect(os.environ['SOCKET'])
print('ESCAPED')"""),
    "a datagram to a socket of the host": python("""
import os, socket
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
a.sendto(b'x', os.environ['SOCKET'] + '.dgram')
print('ESCAPED')"""),
    "raw sockets": opening("socket.AF_PACKET, socket.SOCK_RAW"),
    "virtual sockets": opening("40, socket.SOCK_STREAM"),
    "the kernel's crypto": opening("38, socket.SOCK_SEQPACKET"),
    "the audit log": opening("16, socket.SOCK_RAW, 9"),
    "the user's keyring": syscall("250, 0, -4, 1"),
    "a key": syscall("248, b'user', b'kodad-test', b'x', 1, -4"),
    "io_uring": python("""
import ctypes
box = ctypes.create_string_buffer(120)
print('ESCAPED' if ctypes.CDLL(None).syscall(425, 4, box) >= 0 else 'no')"""),
    "BPF": syscall("321, 0, 0, 0", "ctypes.get_errno() not in (1, 38)"),
    "performance counters": python("""
import ctypes
box = ctypes.create_string_buffer(128)
print('ESCAPED' if ctypes.CDLL(None).syscall(298, box, 0, -1, -1, 0) >= 0 else 'no')"""),
    "page faults of its own": syscall("323, 1"),
    "cloning with namespaces": syscall("56, 0x10000000 | 17, 0, 0, 0, 0",
                                       "result > 0 or (result == 0 and os._exit(0))"),
    "the clock": syscall("227, 0, b'\\0' * 16"),
    "a module": syscall("313, 0, b'', 0", "ctypes.get_errno() not in (1,)"),
    "another personality": syscall("135, 0x0400000", "result >= 0"),
    "staying behind": "setsid sh -c 'sleep 3; echo EVIL > late' >/dev/null 2>&1 & "
                      "nohup sh -c 'sleep 3; echo EVIL > late' >/dev/null 2>&1 & true",
}

KINDS = (("read", READS), ("write", WRITES), ("other", OTHER))
COUNT = sum(len(table) for _, table in KINDS)
