"""What somebody hostile on the network sends to the exchange: under their own address, or under that of who is in a call."""

import random
import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

Address = tuple[str, int]
REPORTS = 64  # payload types below are sound of a telephone line, whichever of the two ways to write it was agreed on
FRAME = 160  # bytes of 20 ms
CLEAR = 12 + FRAME  # bytes of a packet of a carrier; what is longer has a proof at its end: it is encrypted
UDP = socket.IPPROTO_UDP
VOICE_PORTS = range(10000, 20000)
MAGIC = bytes.fromhex("2112a442")  # of STUN


class Way(NamedTuple):
    """From whom to whom packets of a talk go."""

    source: Address
    target: Address


def may_pretend() -> bool:
    """Whether this account may send under another's address."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW).close()
    except PermissionError:
        return False
    return True


class Pretender:
    """Sends under the address of somebody who is in a call."""

    def __init__(self, way: Way) -> None:
        (host, port), (self._there, to) = way
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._raw = socket.socket(self._family, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self._both = socket.inet_pton(self._family, host) + socket.inet_pton(self._family, self._there)
        self._ports = struct.pack("!HH", port, to)

    def send(self, payload: bytes) -> None:
        """One packet."""
        length = 8 + len(payload)
        said = _sum(self._both + struct.pack("!IHH", length, 0, UDP) + self._ports + struct.pack("!HH", length, 0) + payload)
        if self._family == socket.AF_INET6:
            head = struct.pack("!IHBB", 6 << 28, length, UDP, 64) + self._both
        else:
            head = struct.pack("!BBHHHBBH", 0x45, 0, 0, 0, 0, 64, UDP, 0) + self._both  # the kernel fills in the rest
        self._raw.sendto(head + self._ports + struct.pack("!HH", length, said) + payload, (self._there, 0))

    def close(self) -> None:
        """No more."""
        self._raw.close()


def _sum(data: bytes) -> int:
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF or 0xFFFF


def overheard(ports: Collection[int], count: int) -> tuple[Way, list[bytes]]:
    """So many encrypted packets of sound as they pass on their way to one of these ports, and from whom to whom they go."""
    found: dict[Way, list[bytes]] = defaultdict(list)
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3)) as ear:
        ear.settimeout(10)
        while not (whole := [way for way, sounds in found.items() if len(sounds) == count]):
            packet = ear.recv(4096)
            family, kind, hosts, head = (
                (socket.AF_INET6, packet[6], packet[8:40], 40)
                if packet[0] >> 4 == 6
                else (socket.AF_INET, packet[9], packet[12:20], (packet[0] & 15) * 4)
            )
            sound = packet[head + 8 :]
            if kind == UDP and len(sound) > CLEAR and sound[0] >> 6 == 2 and sound[1] & 0x7F < REPORTS:
                source, target = struct.unpack_from("!HH", packet, head)
                half = len(hosts) // 2
                way = Way((socket.inet_ntop(family, hosts[:half]), source), (socket.inet_ntop(family, hosts[half:]), target))
                if target in ports:
                    found[way].append(sound)
    return whole[0], found[whole[0]]


def in_clear(like: bytes, tone: Path, seconds: float) -> list[bytes]:
    """A tone as packets without encryption that go on where a packet of the talk stood: the same source, the next numbers."""
    _flags, kind, number, stamp, source = struct.unpack_from("!BBHII", like)
    sound, frames = tone.read_bytes(), int(seconds * 50)
    return [
        struct.pack("!BBHII", 0x80, kind & 0x7F, (number + 50 + each) % 2**16, (stamp + 960 * each) % 2**32, source)
        + sound[FRAME * each : FRAME * (each + 1)]
        for each in range(frames)
    ]


def broken(like: Iterable[bytes], count: int) -> Iterator[bytes]:
    """Packets of sound, of key exchange and of STUN that lie about their lengths, end too early or are changed; the same at each run."""
    chance = random.Random(12349)  # noqa: S311 nothing is kept secret by it
    kept = [*like, client_hello(), *ODD]
    for _each in range(count):
        packet = bytearray(chance.choice(kept))
        for _change in range(chance.randrange(1, 6)):
            packet[chance.randrange(len(packet))] = chance.choice((0, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        yield bytes(packet[: chance.randrange(1, len(packet) + 1)]) if chance.random() < 0.4 else bytes(packet)


def client_hello() -> bytes:
    """The first word of a key exchange (DTLS 1.2), whole and of somebody whom nobody knows."""
    extensions = b"".join(
        struct.pack("!HH", kind, len(said)) + said
        for kind, said in (
            (10, bytes.fromhex("00020017")), (11, bytes.fromhex("0100")), (13, bytes.fromhex("00020403")),
            (14, bytes.fromhex("0002000100")), (23, b""),
        )
    )  # fmt: skip
    said = (
        bytes.fromhex("fefd")
        + bytes(range(32))
        + b"\0\0"
        + bytes.fromhex("0002c02b")
        + b"\1\0"
        + struct.pack("!H", len(extensions))
        + extensions
    )
    length = struct.pack("!I", len(said))[1:]
    message = b"\1" + length + b"\0\0" + b"\0\0\0" + length + said
    return bytes.fromhex("16fefd") + bytes(8) + struct.pack("!H", len(message)) + message


# Sound whose extension or filling is longer than the packet; reports of any length; STUN whose parts are longer than the whole; key
# exchange in a piece that begins beyond its end; nothing to speak of.
ODD = (
    *map(bytes.fromhex, (
        "90080001 00000001 00000001 bede ffff", "80c8ffff ffffffff ffffffff", "81c90007 00000001", "8fcb0000",
        "16fefd0000000000000000000c 01ffffff0000 fffff0 ffffff", "14fefd00000000000000000001 01", "15fefd00000000000000000002 0228",
        "17fefdffffffffffffffffffff", "00", "80",
    )),
    b"\xbf\x08\0\1" + b"\xff" * 48, b"\xff" * 1400,
    bytes.fromhex("0001ffff") + MAGIC + b"x" * 12,
    bytes.fromhex("00010008") + MAGIC + b"x" * 12 + bytes.fromhex("0006ffff 61616161"),
    bytes.fromhex("0001000c") + MAGIC + b"x" * 12 + bytes.fromhex("00080014 00000000 00000000"),
)  # fmt: skip


def voice_ports(pid: int) -> set[int]:
    """Where a process listens for sound."""
    ours = set()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            ours.add(each.readlink().name)
        except OSError:  # it was closed meanwhile
            continue
    lines = [line.split() for name in ("udp", "udp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    ports = {int(line[1].partition(":")[2], 16) for line in lines if f"socket:[{line[9]}]" in ours}
    return {port for port in ports if port in VOICE_PORTS}


@contextmanager
def meanwhile(act: Callable[[], None], *, pause: float) -> Iterator[None]:
    """Do it again and again, with pauses between, for as long as the block lasts."""
    over = threading.Event()

    def again() -> None:
        while not over.is_set():
            act()
            time.sleep(pause)

    thread = threading.Thread(target=again)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
