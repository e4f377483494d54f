"""Network removal: with `--no-network` a command and all that it starts can open no connection and look up no name.

On Linux the kernel sees to it before any work begins: a seccomp filter (seccomp(2), no special rights needed), which no thread
and no child can shed, refuses every new socket. Sockets that are open already stay: a server that has bound to this machine's
own address (127.0.0.1) beforehand goes on answering there. Local sockets (AF_UNIX) are refused too, since helpers of the system
look up names behind them; pairs of connected sockets, which programs use within themselves, are not. On other systems only
Python's own calls can be watched, and `take_away` says so.

A cluster of processes on this machine speaks with itself over 127.0.0.1, so for it that address stays: the process moves into an
empty network namespace (network_namespaces(7)), which has no other. Local sockets stay too then.
"""

from __future__ import annotations

import errno
import os
import platform
import struct
import sys
from typing import Any

OPTION = "--no-network"
VARIABLE = "VIGNETTE_NO_NETWORK"
ONLY_WATCHED = (
    "this system cannot take the network away; connections that Python itself opens are refused, "
    "those of other programs that are started are not"
)

_PR_SET_NO_NEW_PRIVS = 38  # linux/prctl.h
_SECCOMP_SET_MODE_FILTER, _TSYNC = 1, 1  # linux/seccomp.h; TSYNC: all threads at once
# Machine -> AUDIT_ARCH (linux/audit.h), and its numbers of the system calls seccomp and socket.
_MACHINES = {
    "x86_64": (0xC000003E, 317, 41),
    "aarch64": (0xC00000B7, 277, 198),
}
# The ring of asynchronous calls opens sockets too; its number is the same on every machine.
_IO_URING_SETUP = 425
# Calls in another convention of the same machine (x32) have numbers from here on.
_X32_BIT = 0x40000000
# Classic BPF (linux/bpf_common.h, linux/filter.h): load a word of the call's record, compare, return.
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_AT_NUMBER, _AT_MACHINE = 0, 4  # offsets in struct seccomp_data
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES

_WATCHED = (
    "socket.connect",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
)
# linux/sched.h, linux/sockios.h, linux/if.h: namespaces, and how an interface is switched on.
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SIOCSIFFLAGS, _IFF_UP, _IFF_RUNNING = 0x8914, 0x1, 0x40
_taken: list[bool] = []
_loopback: list[bool] = []


def is_taken() -> bool:
    """Whether this process has given up the network, by itself or by inheritance of the wish."""
    return bool(_taken)


def wished(arguments: list[str]) -> tuple[bool, list[str]]:
    """Whether a command line or the environment asks for no network, and the command line without that option.

    What stands behind "--" is no option.
    """
    end = arguments.index("--") if "--" in arguments else len(arguments)
    rest = [a for n, a in enumerate(arguments) if a != OPTION or n > end]
    by_environment = os.environ.get(VARIABLE, "").strip().lower() not in ("", "0", "false", "no")
    return len(rest) < len(arguments) or by_environment, rest


def take_away() -> str:
    """Give up the network for this process and all it starts; says what could not be done, "" when nothing is left open."""
    os.environ[VARIABLE] = "1"  # for what is started where the kernel does not see to it
    if not _taken:
        _taken.append(True)
        sys.addaudithook(_refuse)
    return "" if _by_the_kernel() else ONLY_WATCHED


def leave_loopback() -> str:
    """`take_away`, but for this machine's own address, where the system allows that; `has_loopback` says whether."""
    if sys.platform != "linux" or not _alone_with_loopback():
        return take_away()
    os.environ[VARIABLE] = "1"
    _taken.append(True)
    _loopback.append(True)
    return ""


def has_loopback() -> bool:
    """Whether this process may still speak with this machine itself."""
    return not _taken or bool(_loopback)


def _alone_with_loopback() -> bool:
    """Move this process, which must have one thread, into a network namespace of its own; whether the kernel did."""
    import ctypes
    import fcntl
    import socket
    from pathlib import Path

    libc, user, group = ctypes.CDLL(None, use_errno=True), os.getuid(), os.getgid()
    try:
        if libc.unshare(
            _CLONE_NEWNET
        ):  # not the administrator: allowed within a user namespace, as the same user
            if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET):
                return False
            for name, text in (
                ("setgroups", "deny"),
                ("uid_map", f"{user} {user} 1"),
                ("gid_map", f"{group} {group} 1"),
            ):
                Path("/proc/self", name).write_text(text)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP | _IFF_RUNNING))
    except OSError:
        return False
    return True


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event in _WATCHED:
        raise PermissionError(errno.EACCES, f"the network was taken away ({OPTION})")


def _by_the_kernel() -> bool:
    """Install the filter for every thread; whether the kernel did."""
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None or struct.calcsize("P") != 8:
        return False
    import ctypes

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    audit, seccomp, socket = machine
    code = _filter(audit, socket)
    held = ctypes.create_string_buffer(code, len(code))
    program = Program(len(code) // 8, ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return bool(libc.syscall(seccomp, _SECCOMP_SET_MODE_FILTER, _TSYNC, ctypes.byref(program)) == 0)


def _filter(audit: int, socket: int) -> bytes:
    """The program: calls of another machine's or convention's numbers are refused, and so are the two that open sockets."""
    steps = (
        (_LOAD, 0, 0, _AT_MACHINE),
        (_EQUAL, 0, 5, audit),
        (_LOAD, 0, 0, _AT_NUMBER),
        (_AT_LEAST, 3, 0, _X32_BIT),
        (_EQUAL, 2, 0, socket),
        (_EQUAL, 1, 0, _IO_URING_SETUP),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    )
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
