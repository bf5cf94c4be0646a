"""What sealing costs: a field and a megabyte, beside the bare cipher on the same bytes in the same run; and what a case's people cost."""

import io
import os
import time
import timeit
from collections.abc import Callable, Iterator
from functools import partial

from hutong.hotline.contacts.models import Reporter
from hutong.hotline.kernel.ids import new_id
from hutong.hotline.kernel.secrets.deployment import Provider
from hutong.hotline.kernel.secrets.sealing import Key, Place, blind_index, seal, unseal
from hutong.hotline.kernel.secrets.streams import CHUNK, SealedFile, seal_stream
from hutong.hotline.kernel.secrets.suites import NONCE, SUITES, Suite
from hutong.hotline.keys import queries
from hutong.hotline.keys.fields import Closed, SealedRow, SealedText, sealed_fields
from hutong.hotline.people.models import Child, Person

FIELD = "欧阳小雨，女，七岁".encode()
MEGABYTES = 8
LARGE = os.urandom(MEGABYTES << 20)
HERE = Place("people_child", "name", new_id())
TARGET = 2.0  # milliseconds more to open a case
HEAD = ("\n| sealing | suite | ours | bare `cryptography` |", "|---|---|--:|--:|")


def lines(keys: Provider) -> Iterator[str]:
    """The table: microseconds a field, milliseconds a megabyte."""
    yield from HEAD
    for suite in SUITES.values():
        key = Key(new_id(), suite, os.urandom(suite.key_size))
        for what, unit, ours, bare in _rows(key, keys):
            yield f"| {what} | {suite.name} | {ours:.2f} {unit} | {f'{bare:.2f} {unit}' if bare else ''} |"
    yield from _case()


def _case() -> Iterator[str]:
    """What a page shows of two children, two people and who told, as it comes from the database: opened, and were it plain."""
    rows: list[SealedRow] = [Child(), Child(), Person(), Person(), Reporter(contact_id=new_id())]
    values = [(row, field) for row in rows for field in sealed_fields(type(row))]
    for row, field in values:
        setattr(row, field.name, FIELD.decode())
    queries.ring()
    started = time.perf_counter()
    closed = [(row, field, Closed(field.get_prep_value(field.pre_save(row, add=True)))) for row, field in values]
    saved = (time.perf_counter() - started) * 1e3
    plain = min(timeit.repeat(lambda: [getattr(row, field.name) for row, field in values], number=100, repeat=5)) * 10
    more = min(timeit.repeat(lambda: _look(rows, closed), number=100, repeat=5)) * 10 - plain
    yield f"\nOpening a case: {len(values)} sealed values in {len(rows)} rows cost {more:.2f} ms more than plain (target {TARGET:g} ms)"
    yield f"Sealing them, each row under a key of its own: {saved:.2f} ms"


def _look(rows: list[SealedRow], closed: list[tuple[SealedRow, SealedText, Closed]]) -> None:
    for row in rows:
        row.__dict__.pop("_secret", None)
    for row, field, value in closed:
        row.__dict__[field.attname] = value
        getattr(row, field.name)


def _rows(key: Key, keys: Provider) -> Iterator[tuple[str, str, float, float]]:
    suite, nonce = key.suite, os.urandom(NONCE)
    sealed, wrapped = seal(FIELD, key=key, place=HERE), keys.wrap(key.secret, about=b"")
    bare = suite.seal(key.secret, nonce, FIELD, HERE.mark)
    yield "a field, sealed", "µs", _micros(partial(seal, FIELD, key=key, place=HERE)), _micros(partial(_bare, suite, key.secret, FIELD))
    yield (
        "a field, opened",
        "µs",
        _micros(partial(unseal, sealed, key=key, place=HERE)),
        _micros(partial(suite.unseal, key.secret, nonce, bare, HERE.mark)),
    )
    yield "a field's mark in an index", "µs", _micros(partial(blind_index, FIELD, key=key, table="t", column="c")), 0.0
    yield "a data key, unwrapped", "µs", _micros(partial(keys.unwrap, wrapped, about=b"")), 0.0
    large = b"".join(seal_stream([LARGE], key=key, place=HERE))
    yield (
        "a megabyte, sealed",
        "ms",
        _millis(lambda: list(seal_stream(_chunks(LARGE), key=key, place=HERE))),
        _millis(lambda: [_bare(suite, key.secret, chunk) for chunk in _chunks(LARGE)]),
    )
    parts = [(suite.seal(key.secret, nonce, chunk, b""), nonce) for chunk in _chunks(LARGE)]
    yield (
        "a megabyte, opened",
        "ms",
        _millis(lambda: list(SealedFile(io.BytesIO(large), key=key, place=HERE).read())),
        _millis(lambda: [suite.unseal(key.secret, nonce, part, b"") for part, nonce in parts]),
    )


def _bare(suite: Suite, secret: bytes, plain: bytes) -> bytes:
    """As anybody must do it: a nonce by chance, and the cipher."""
    return suite.seal(secret, os.urandom(NONCE), plain, b"")


def _chunks(plain: bytes) -> list[bytes]:
    return [plain[at : at + CHUNK] for at in range(0, len(plain), CHUNK)]


def _micros(do: Callable[[], object]) -> float:
    """Microseconds for one, the best of five rounds."""
    return min(timeit.repeat(do, number=2000, repeat=5)) / 2000 * 1e6


def _millis(do: Callable[[], object]) -> float:
    """Milliseconds a megabyte, the best of three rounds."""
    return min(timeit.repeat(do, number=1, repeat=3)) / MEGABYTES * 1e3
