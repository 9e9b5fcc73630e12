"""What a parser child gives up before it sees a file. Linux gives all of it, other systems only the resource limits.

Each step says whether it took; the names of those that did go to the service and from there into readiness.
"""

import contextlib
import ctypes
import os
import platform
import resource
import sys

from services.validator.sandbox import calls

ADDRESS_SPACE_BYTES = 2 * 1024 * 1024 * 1024
OPEN_FILES = 64
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_SIGKILL = 9
_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000

_CAPABILITIES_VERSION = 0x20080522
# Landlock's numbers are the same on every architecture. From writing a file to making a symbolic link: all that the
# first version knows of changes; reading and running are not among them.
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446
_EVERY_CHANGE_OF_FILES = 0b1_1111_1111_0010

# BPF: load a word, jump if equal / if any bit set / if at least, return.
_LOAD, _IF_EQUAL, _IF_SET, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW, _REFUSE, _NOT_KNOWN, _KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
_OTHER_ABI = 0x40000000  # the x32 calls of x86_64
_WRITING = 0o1 | 0o2 | 0o100 | 0o1000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("value", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def give_up() -> list[str]:
    """Apply every limit that this system knows; return the names of those in force."""
    in_force = _resource_limits()
    if sys.platform == "linux":
        in_force += _linux()
    return in_force


def allow_cpu_seconds(seconds: int) -> None:
    """Grant so much more CPU time from now on; the kernel ends the process behind it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + seconds + 1
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _resource_limits() -> list[str]:
    wanted = {
        "no-core": (resource.RLIMIT_CORE, 0),
        "no-file-writing": (resource.RLIMIT_FSIZE, 0),
        "open-files": (resource.RLIMIT_NOFILE, OPEN_FILES),
    }
    if sys.platform == "linux":
        wanted["memory"] = (resource.RLIMIT_AS, ADDRESS_SPACE_BYTES)
    in_force = []
    for name, (kind, value) in wanted.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))
            in_force.append(name)
    return in_force


def _linux() -> list[str]:
    libc = ctypes.CDLL(None, use_errno=True)
    in_force = []
    libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        in_force.append("no-new-privileges")
    if (
        libc.unshare(_CLONE_NEWNET | _CLONE_NEWIPC) == 0
        or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC) == 0
    ):
        in_force.append("network-namespace")
    if _drop_capabilities(libc):
        in_force.append("no-capabilities")
    if _stay_apart(libc):
        in_force.append("landlock")
    if _filter_calls(libc):
        in_force.append("seccomp")
    return in_force


def _drop_capabilities(libc: ctypes.CDLL) -> bool:
    """Keep none, also where the service is run as root. Behind the namespaces, which need one."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)
    return bool(libc.capset(header, (ctypes.c_uint32 * 6)()) == 0)


def _stay_apart(libc: ctypes.CDLL) -> bool:
    """Let nothing be changed below any folder, and no process be looked into: their environments hold passwords.

    Landlock cuts a process off from those outside of its domain, the service with the same user id included.
    """
    rules = ctypes.c_uint64(_EVERY_CHANGE_OF_FILES)
    made = libc.syscall(_LANDLOCK_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(ctypes.sizeof(rules)), 0)
    if made < 0:
        return False
    try:
        return bool(libc.syscall(_LANDLOCK_RESTRICT_SELF, made, 0) == 0)
    finally:
        os.close(made)


def _filter_calls(libc: ctypes.CDLL) -> bool:
    """Refuse sockets, new processes, changes to files and reaching into other processes. False: not in force."""
    machine = platform.machine()
    if machine not in calls.ARCHITECTURES:
        return False
    lines = _compiled(machine)
    program = _Program(len(lines), (_Instruction * len(lines))(*lines))
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _compiled(machine: str) -> list[_Instruction]:
    lines = [
        (_LOAD, 0, 0, 4),
        (_IF_EQUAL, 1, 0, calls.ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
    ]
    lines += [(_IF_AT_LEAST, 0, 1, _OTHER_ABI), (_RETURN, 0, 0, _REFUSE)]
    for number in calls.UNKNOWN:
        lines += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _NOT_KNOWN)]
    for number in calls.refused(machine):
        lines += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    for number in calls.OF_OTHERS[machine]:
        lines += [(_IF_EQUAL, 0, 4, number), (_LOAD, 0, 0, 16), (_IF_EQUAL, 0, 1, 0)]
        lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    for number, argument in calls.OPEN[machine]:
        lines += [(_IF_EQUAL, 0, 4, number), (_LOAD, 0, 0, 16 + 8 * argument), (_IF_SET, 0, 1, _WRITING)]
        lines += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    lines.append((_RETURN, 0, 0, _ALLOW))
    return [_Instruction(*line) for line in lines]
