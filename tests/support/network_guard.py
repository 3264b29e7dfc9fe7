"""Which audit events of a Python process mean that it reaches for the network."""

from __future__ import annotations

import socket
from typing import Any

EXIT_CODE = 97
"""How a guarded child process (see sitecustomize.py) ends when it reaches for the network."""

SENDING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
RESOLVING = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})


LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def is_local(event: str, args: tuple[Any, ...]) -> bool:
    """Whether an audit event of a network is between processes of this machine."""
    address = args[0] if event in RESOLVING else args[1]
    return (address[0] if isinstance(address, tuple) else address) in LOOPBACK


def is_network(event: str, args: tuple[Any, ...]) -> bool:
    """Whether an audit event (`sys.addaudithook`) is network traffic or a name look-up; Unix sockets are neither."""
    if event in RESOLVING:
        return True
    return event in SENDING and args[0].family != getattr(socket, "AF_UNIX", None)
