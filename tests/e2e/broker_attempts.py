"""What commands do under Landlock through their broker: WORK has to succeed, ATTEMPTS must not
reach what lies outside of the writable folders.

A command gets $OUT (a folder beside the workspace), $SEEN (one that `sandbox.read` shows) and
$WROTE (one of `sandbox.write`). WORK maps a command line to what it has to print; an attempt prints
ESCAPED when it got what it must not get, and any change of $OUT or $SEEN counts as well.
"""

from sandbox_attempts import python

# The system calls by number, past the C library; x86-64 alone has them all.
CALLS = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
out, seen = os.environ['OUT'], os.environ['SEEN']
def call(number, *given):
    result = libc.syscall(number, *given)
    return result if result >= 0 else -ctypes.get_errno()
CHMOD, FCHMOD, FCHMODAT, FCHMODAT2, CHOWN, FCHOWN = 90, 91, 268, 452, 92, 93
UTIME, UTIMES, FUTIMESAT, UTIMENSAT = 132, 235, 261, 280
EMPTY_PATH, NO_FOLLOW = 0x1000, 0x100
"""


def calls(code):
    return python(CALLS + code)


WORK = {
    "a compiler": ("printf '#include <stdio.h>\\nint main(){puts(\"hello\");}' > h.c; "
                   "gcc h.c -o h && ./h", "hello"),
    "a script": ("printf '#!/bin/sh\\necho ran\\n' > run.sh; chmod +x run.sh && ./run.sh", "ran"),
    "git": ("mkdir g; cd g; git init -q && echo a > a && git add a && git commit -qm x && "
            "git config core.abbrev 9 && git config core.filemode && git log --oneline | wc -l",
            "true\n1"),
    "git, modes": ("mkdir m; cd m; git init -q; echo a > a; chmod +x a; git add a; "
                   "git commit -qm x; git ls-files -s | cut -c1-6; rm a; git checkout -q a; "
                   "stat -c %a a", "100755\n755"),
    "an archive": ("mkdir -p t/d u; touch t/f; chmod 640 t/f; chmod 700 t/d; "
                   "touch -d 2001-02-03 t/f t/d; tar cf t.tar t; tar xpf t.tar -C u && "
                   "stat -c '%a %y' u/t/f u/t/d | cut -c1-14", "640 2001-02-03\n700 2001-02-03"),
    "touching": ("touch n; touch -d 2001-02-03 n; stat -c %y n | cut -c1-10; touch n; "
                 "stat -c %y n | cut -c1-4 | grep -v 2001 | wc -l", "2001-02-03\n1"),
    "copying": ("echo x > c; chmod 751 c; touch -d 2001-02-03 c; cp -p c c2 && "
                "stat -c '%a %y' c2 | cut -c1-14; cp -a c c3 && stat -c %a c3; "
                "install -m 711 c c4 && stat -c %a c4", "751 2001-02-03\n751\n711"),
    "links that stay inside": ("echo x > l; ln -s l l2; ln -s $PWD/l2 l3; chmod 604 l3; "
                               "stat -c %a l; touch -h -d 2001-02-03 l2; "
                               "stat -c %y l2 | cut -c1-10", "604\n2001-02-03"),
    "folders as descriptors": (python("""
import os
os.makedirs('dir/below')
open('dir/below/f', 'w').close()
folder = os.open('dir', os.O_RDONLY)
os.chmod('below/f', 0o604, dir_fd=folder)
os.utime('below/f', (1, 2), dir_fd=folder)
os.chdir('dir/below')
os.chmod('../below/./f', 0o640)
print(oct(os.stat('f').st_mode), os.stat('f').st_mtime)
os.utime(folder, (3, 4))
os.chmod(folder, 0o711)
os.chown('f', os.getuid(), os.getgid())
print(oct(os.fstat(folder).st_mode), os.fstat(folder).st_mtime)"""),
                               "0o100640 2.0\n0o40711 4.0"),
    "files without a name": (python("""
import os, tempfile
file = tempfile.TemporaryFile()
os.fchmod(file.fileno(), 0o640)
os.utime(file.fileno(), (1, 2))
memory = os.memfd_create('x')
os.fchmod(memory, 0o600)
print(oct(os.fstat(file.fileno()).st_mode), oct(os.fstat(memory).st_mode))"""),
                             "0o100640 0o100600"),
    "a path of /proc to its own descriptor": (python("""
import os
open('own', 'w').close()
file = os.open('own', os.O_PATH)
os.chmod(f'/proc/self/fd/{file}', 0o604)
print(oct(os.stat('own').st_mode))"""), "0o100604"),
    "the other writable folders": ("touch $WROTE/w $TMPDIR/w; chmod 604 $WROTE/w $TMPDIR/w; "
                                   "stat -c %a $WROTE/w $TMPDIR/w", "604\n604"),
    "all calls by number": (calls("""
open('all', 'w').close()
for number, given in ((CHMOD, (b'all', 0o604)), (FCHMODAT, (-100, b'all', 0o604)),
                      (FCHMODAT2, (-100, b'all', 0o604, 0)), (UTIME, (b'all', None)),
                      (UTIMES, (b'all', None)), (FUTIMESAT, (-100, b'all', None)),
                      (UTIMENSAT, (-100, b'all', None, 0)), (CHOWN, (b'all', -1, -1))):
    if call(number, *given) != 0:
        print(number, 'failed')
file = os.open('all', os.O_RDONLY)
path = os.open('all', os.O_PATH)
print(call(FCHMOD, file, 0o600), call(UTIMENSAT, file, None, None, 0),
      call(FCHMODAT2, path, b'', 0o644, EMPTY_PATH), call(FCHOWN, file, -1, -1))"""), "0 0 0 0"),
    "errors as the kernel tells them": (calls("""
os.symlink('turn', 'turn')
# The calls of an answer run at once: no other's files are here for sure.
open('plain', 'w').close()
print(call(CHMOD, b'none', 0o600), call(CHMOD, b'plain/x', 0o600), call(CHMOD, 1, 0o600),
      call(CHMOD, b'', 0o600), call(CHMOD, b'x' * 5000, 0o600), call(CHMOD, b'turn', 0o600),
      call(FCHMODAT, 99, b'x', 0o600), call(FCHMOD, 99, 0o600),
      call(FCHMODAT2, -100, b'plain', 0o600, 0x8000), call(UTIMENSAT, -100, b'plain', 8, 0),
      call(FCHMOD, -100, 0o600))"""),
                                       "-2 -20 -14 -2 -36 -40 -9 -9 -22 -14 -9"),
    "threads": (python("""
import threading
done = []
for _ in range(20):
    threads = [threading.Thread(target=done.append, args=(1,)) for _ in range(20)]
    [one.start() for one in threads]
    [one.join() for one in threads]
print(len(done))"""), "400"),
}

ATTEMPTS = {
    "an absolute path": "chmod 777 $OUT $OUT/f; touch -d 2001-01-01 $OUT $OUT/f; chgrp 0 $OUT/f",
    "a path upwards": "chmod 777 ../outside ../outside/f; touch -d 2001-01-01 ../outside",
    "a link": "ln -s $OUT/f a1; chmod 777 a1; touch -d 2001-01-01 a1; ln -s ../outside a2; "
              "chmod 777 a2/f a2/. a2",
    "a chain of links": "ln -s b2 b1; ln -s b3 b2; ln -s $OUT b3; chmod 777 b1/f; touch b1",
    "an archive": "mkdir -p x; ln -s $OUT x/l; mkdir y; cd y; tar cf ../x.tar -C ../x l; "
                  "tar xf ../x.tar; chmod 700 l/f",
    "another working folder": "cd /usr && chmod 755 bin && echo ESCAPED; cd /etc && "
                              "touch -c passwd && echo ESCAPED; cd $SEEN && chmod 777 f . && "
                              "echo ESCAPED",
    "a folder that is only read": calls("""
for place in ('/usr', '/etc', seen):
    for flags in (os.O_RDONLY, os.O_PATH):
        try:
            folder = os.open(place, flags)
        except OSError:
            continue
        for name in (b'bin', b'passwd', b'f', b'.', b'./bin', b'../' + out.encode() + b'/f'):
            if call(FCHMODAT, folder, name, 0o755) == 0 or \\
                    call(UTIMENSAT, folder, name, None, 0) == 0 or \\
                    call(FCHMODAT2, folder, name, 0o755, NO_FOLLOW) == 0:
                print('ESCAPED', place, name)
        if call(FCHMODAT2, folder, b'', 0o755, EMPTY_PATH) == 0:
            print('ESCAPED', place)
"""),
    "a file that is only read": calls("""
import fcntl
for name, flags in ((seen + '/f', 0), ('/usr/bin/env', 0), ('/etc/passwd', 0), (out + '/f', 3),
                    (seen + '/f', 3), ('/usr/bin/env', 3)):
    try:
        file = os.open(name, flags)  # 3 asks for neither reading nor writing.
    except OSError:
        continue
    mode = os.fstat(file).st_mode & 0o777
    results = [call(FCHMOD, file, mode), call(UTIMENSAT, file, None, None, 0),
               call(FCHOWN, file, -1, -1), call(FCHOWN, file, os.getuid(), os.getgid()),
               call(FCHMODAT2, file, b'', mode, EMPTY_PATH),
               call(CHMOD, b'/proc/self/fd/%d' % file, mode),
               call(CHMOD, b'/proc/%d/fd/%d' % (os.getpid(), file), mode),
               call(FCHMODAT, file, b'/proc/self/fd/%d' % file, mode),
               call(190, file, b'user.x', b'y', 1, 0), call(199, file, b'user.x')]
    try:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        results.append(0)
    except OSError:
        pass
    for command in (0x40086602, 0x401c5820, 0x40087602):
        try:
            fcntl.ioctl(file, command, bytes(64))
            results.append(0)
        except OSError:
            pass
    if 0 in results:
        print('ESCAPED', name, flags, results)
"""),
    "a device": calls("""
for name in ('/dev/null', '/dev/zero'):
    file = os.open(name, os.O_RDWR)
    mode = os.fstat(file).st_mode & 0o777
    if 0 in (call(FCHMOD, file, mode), call(FCHOWN, file, -1, -1),
             call(FCHMODAT2, file, b'', mode, EMPTY_PATH), call(CHMOD, name.encode(), mode)):
        print('ESCAPED', name)
"""),
    "magic links": calls("""
os.chdir(seen)
for name in ('/proc/self/cwd', '/proc/self/cwd/f', '/proc/self/root' + out, '/proc/self/exe',
             '/proc/thread-self/cwd/f', '/proc/%d/cwd/f' % os.getpid(), '/proc/1/root' + out,
             '/proc/%d/cwd' % os.getppid(), '/proc/self/fd/../cwd/f', '/proc/self/root/usr'):
    if 0 in (call(CHMOD, name.encode(), 0o755), call(UTIMES, name.encode(), None)):
        print('ESCAPED', name)
"""),
    "a hard link": "ln $SEEN/f h1 && chmod 777 h1; ln $OUT/f h2 && chmod 777 h2",
    "a setuid file": calls("""
open('s', 'w').close()
file = os.open('s', os.O_RDWR)
for bits in (0o4755, 0o2755, 0o6000):
    call(CHMOD, b's', bits), call(FCHMOD, file, bits), call(FCHMODAT, -100, b's', bits)
    call(FCHMODAT2, -100, b's', bits, 0), call(FCHMODAT2, file, b'', bits, EMPTY_PATH)
if os.stat('s').st_mode & 0o6000:
    print('ESCAPED')
"""),
    "the other numbering": python("""
import ctypes, os, subprocess, sys
# int 0x80, mov eax 15 (chmod of 32 bits): a path below 4 GiB.
code = '''
import ctypes, mmap, os, struct
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p] + [ctypes.c_long] * 5
low = libc.mmap(0x10000000, 4096, 7, 0x32, -1, 0)
path = (os.environ["SEEN"] + "/f").encode() + bytes(1)
ctypes.memmove(low + 256, path, len(path))
steps = bytes([0x53, 0xb8]) + struct.pack("<I", 15) + bytes([0xbb]) + \\
    struct.pack("<I", low + 256) + bytes([0xb9]) + struct.pack("<I", 0o777) + \\
    bytes([0xcd, 0x80, 0x5b, 0xc3])
ctypes.memmove(low, steps, len(steps))
ctypes.CFUNCTYPE(ctypes.c_int)(low)()
'''
subprocess.run([sys.executable, '-c', code])
libc = ctypes.CDLL(None)
pid = os.fork()
if pid == 0:
    libc.syscall(0x40000000 + 90, (os.environ['SEEN'] + '/f').encode(), 0o777)
    os._exit(0)
os.waitpid(pid, 0)"""),
    "its broker": python("""
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
def parent_of(pid):
    return int(open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()[1])
broker = int(os.environ['BROKER_OF'])
for number in (signal.SIGSTOP, signal.SIGKILL, signal.SIGTERM, 0):
    try:
        os.kill(broker, number)
        print('ESCAPED', number)
    except PermissionError:
        pass
    if libc.syscall(200, broker, number) == 0 or libc.syscall(234, broker, broker, number) == 0:
        print('ESCAPED', number)
handle = libc.syscall(434, broker, 0)
if handle >= 0 and libc.syscall(424, handle, 9, None, 0) == 0:
    print('ESCAPED by handle')
if libc.ptrace(16, broker, 0, 0) == 0 or libc.ptrace(0x4206, broker, 0, 0) == 0:
    print('ESCAPED by ptrace')
for name in ('mem', 'environ', 'fd', 'maps', 'comm', 'oom_score_adj'):
    try:
        os.open(f'/proc/{broker}/{name}', os.O_RDONLY)
        print('ESCAPED', name)
    except OSError:
        pass
if libc.setpriority(0, broker, 19) == 0 or libc.syscall(302, broker, 7, b' ' * 16, None) == 0:
    print('ESCAPED by a bound')
try:
    os.kill(-1, signal.SIGCONT)
except OSError:
    pass
os.chmod('.', 0o755)"""),
}
