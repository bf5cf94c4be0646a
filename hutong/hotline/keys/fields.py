"""Fields that stand sealed in the database and are plain text to the code: sealed when the row is saved, opened when somebody looks.

A row that holds anything has a key of its own, `row_key`, sealed in its turn by the deployment's key for fields. So another key for
fields means `row_key` sealed anew and no value touched; and a row whose `row_key` is destroyed never opens again, here or wherever a
copy of its values went without it. A value opens in its table, column and row alone. Nothing (the empty text) is not sealed.
"""

import json
import logging
import os
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext_lazy as _

from hutong.hotline.kernel.secrets.sealing import Key, NotOpened, Place, blind_index, seal, unseal
from hutong.hotline.kernel.secrets.suites import BY_CODE, Suite
from hutong.hotline.keys import queries

if TYPE_CHECKING:
    Column = models.Field[Any, Any]
    BinaryColumn = models.BinaryField[Any, Any]
else:
    Column, BinaryColumn = models.Field, models.BinaryField

SECRET = 32  # bytes of a row's key; a suite takes of it what it needs
DOES_NOT_OPEN = _("（无法解密）")

logger = logging.getLogger(__name__)


class Closed(NamedTuple):
    """A value as it came from the database; nobody has looked at it."""

    sealed: bytes


class Opened(NamedTuple):
    """A value that was looked at or saved, and how it stands in the database."""

    plain: Any
    sealed: bytes


class RowKey(BinaryColumn):
    """The key of a row, made when there is first something to seal."""

    def pre_save(self, row: models.Model, add: bool) -> bytes:
        """As it stands in the database."""
        held = (row.__dict__.get(field.attname) for field in sealed_fields(type(row)))
        if any(value and not isinstance(value, Closed | Opened) for value in held):
            _secret(row)
        return bytes(row.row_key)  # type: ignore[attr-defined]


class SealedAttribute(DeferredAttribute):
    """What the code sees of a sealed field: the text, opened at the first look."""

    field: "SealedText"

    def __get__(self, row: Any, owner: Any = None) -> Any:
        if row is None:
            return self
        name = self.field.attname
        held = row.__dict__[name] if name in row.__dict__ else super().__get__(row, owner)
        if isinstance(held, Closed):
            held = row.__dict__[name] = Opened(self.field.opened(row, held.sealed), held.sealed)
        return held.plain if isinstance(held, Opened) else held

    def __set__(self, row: Any, value: Any) -> None:
        """Set to what it is already, it stays sealed as it is."""
        name = self.field.attname
        if isinstance(row.__dict__.get(name), Closed | Opened) and not isinstance(value, Closed) and self.__get__(row) == value:
            return
        row.__dict__[name] = value


class SealedText(Column):
    """A text of any length. It cannot be sought, sorted or compared in the database: see `BlindIndex`."""

    descriptor_class = SealedAttribute
    nothing: Any = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"blank": True, "default": self.nothing, **kwargs})

    def get_internal_type(self) -> str:
        """As a column."""
        return "BinaryField"

    def from_db_value(self, value: Any, *_about: object) -> Any:
        """Closed, until somebody looks."""
        return Closed(bytes(value)) if value else self.to_plain("")

    def get_prep_value(self, value: Any) -> bytes:
        """For a query, nothing but nothing; for a row what `pre_save` has sealed."""
        if isinstance(value, Opened | Closed):
            return value.sealed
        if value in (self.nothing, b""):
            return b""
        raise TypeError(f"{self.name} is sealed: it is written by saving its row, and found by its blind index")

    def pre_save(self, row: models.Model, add: bool) -> Any:
        """Seal what is new; what nobody changed stands as it stood."""
        held = row.__dict__.get(self.attname)
        if held is not None and not isinstance(held, Closed | Opened):
            sealed = seal(text.encode(), key=_key(row), place=self.place(row.pk)) if (text := self.to_text(held)) else b""
            held = row.__dict__[self.attname] = Opened(held, sealed)
        return held

    def opened(self, row: models.Model, sealed: bytes) -> Any:
        """The value that was sealed for this place; nothing where the row's key was destroyed."""
        if not row.row_key:  # type: ignore[attr-defined]
            return self.to_plain("")
        try:
            return self.to_plain(self.unsealed(row, sealed))
        except NotOpened:
            logger.exception("%s.%s of %s does not open", self.model._meta.db_table, self.column, row.pk)
            return self.to_plain(None)

    def unsealed(self, row: models.Model, sealed: bytes) -> str:
        """The text that was sealed for this place. Raises NotOpened."""
        return unseal(sealed, key=_key(row, BY_CODE.get(sealed[1])), place=self.place(row.pk)).decode()

    def place(self, pk: UUID) -> Place:
        """Where a row's value lives."""
        return Place(self.model._meta.db_table, self.column, pk)

    def to_text(self, value: Any) -> str:
        """What is sealed."""
        return str(value)

    def to_plain(self, text: str | None) -> Any:
        """What was sealed; for None what stands for a value that does not open."""
        return str(DOES_NOT_OPEN) if text is None else text


class SealedJson(SealedText):
    """An object of JSON. One that does not open raises NotOpened: nobody shall write half of it over the whole."""

    nothing = dict

    def get_prep_value(self, value: Any) -> bytes:
        """See SealedText."""
        return super().get_prep_value(b"" if value == {} else value)

    def to_text(self, value: Any) -> str:
        """What is sealed."""
        return json.dumps(value, ensure_ascii=False) if value else ""

    def to_plain(self, text: str | None) -> Any:
        """What was sealed."""
        if text is None:
            raise NotOpened
        return json.loads(text) if text else {}


class BlindIndex(Column):
    """By what a sealed column `of` is found: `filter(name_index="小雨")`. A small `size` lets several values share one mark,
    so that the marks tell less; what is found is then looked at again."""

    def __init__(self, *, of: str, size: int = 16, **kwargs: Any) -> None:
        self.of, self.size = of, size
        super().__init__(**{"default": b"", "editable": False, **kwargs})

    def deconstruct(self) -> Any:
        """For migrations."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of, "size": self.size}

    def get_internal_type(self) -> str:
        """As a column."""
        return "BinaryField"

    def get_prep_value(self, value: Any) -> bytes:
        """The mark of a text."""
        return self.mark(value) if isinstance(value, str) else bytes(value)

    def pre_save(self, row: models.Model, add: bool) -> bytes:
        """The mark of what the row holds; one that nobody looked at is as it was."""
        if not isinstance(row.__dict__.get(self.of), Closed):
            setattr(row, self.attname, self.mark(getattr(row, self.of)))
        return bytes(getattr(row, self.attname))

    def mark(self, text: str) -> bytes:
        """Alike for like texts of this column, and for nothing else; none for nothing."""
        table = self.model._meta.db_table
        return blind_index(normal(text).encode(), key=queries.ring().marks, table=table, column=self.of, size=self.size) if text else b""


class SealedRow(models.Model):
    """A table with sealed columns."""

    row_key = RowKey(default=bytes, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """With a sealed field go its mark, and the row's key where it is made now."""
        if update_fields is not None:
            update_fields = {*update_fields, *_beside(self, set(update_fields))}
        super().save(*args, update_fields=update_fields, **kwargs)


def _beside(row: SealedRow, names: set[str]) -> Iterator[str]:
    if not row.row_key and any(field.name in names for field in sealed_fields(type(row))):
        yield "row_key"
    yield from (field.name for field in index_fields(type(row)) if field.of in names)


def sealed_fields(model: type[models.Model]) -> list[SealedText]:
    """The sealed columns of a table."""
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedText)]


def index_fields(model: type[models.Model]) -> list[BlindIndex]:
    """The marks by which sealed columns of a table are found."""
    return [field for field in model._meta.concrete_fields if isinstance(field, BlindIndex)]


def sealed_models() -> list[type[SealedRow]]:
    """Every table with sealed columns."""
    return [model for model in apps.get_models() if issubclass(model, SealedRow)]


def not_under(model: type[SealedRow], name: UUID) -> list[models.QuerySet[SealedRow]]:
    """The rows whose keys another key for fields than this one has sealed: in two parts, each found by the index."""
    sealer = Func(F("row_key"), Value(3), Value(16), function="substring", output_field=models.BinaryField())
    sealed = model._base_manager.exclude(row_key=b"").alias(sealer=sealer).only("pk", "row_key")
    return [sealed.filter(sealer__lt=name.bytes), sealed.filter(sealer__gt=name.bytes)]


def unsound() -> Iterator[tuple[str, str]]:
    """What is sealed and does not open, by table and row with the column; and rows that are not found by what they hold."""
    for model in sealed_models():
        names = [field.name for field in (*sealed_fields(model), *index_fields(model))]
        for row in model._base_manager.exclude(row_key=b"").only("row_key", *names).iterator():
            yield from ((f"{model._meta.db_table} {row.pk}", column) for column in _wrong(row))


def _wrong(row: SealedRow) -> Iterator[str]:
    for field in sealed_fields(type(row)):
        held = row.__dict__[field.attname]
        try:
            if isinstance(held, Closed):
                field.unsealed(row, held.sealed)
        except NotOpened:
            yield field.column
            return
    yield from (
        index.column for index in index_fields(type(row)) if index.mark(getattr(row, index.of)) != bytes(getattr(row, index.attname))
    )


def normal(text: str) -> str:
    """As a name or number is compared: in one width and letter case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def is_same(one: str, other: str) -> bool:
    """Whether two names or numbers are the same; both must be known."""
    return bool(one) and normal(one) == normal(other)


# --- the key of a row


def row_key_place(model: type[models.Model], pk: UUID) -> Place:
    """Where the key of a row lives."""
    return Place(model._meta.db_table, "row_key", pk)


def _key(row: models.Model, suite: Suite | None = None) -> Key:
    suite = suite or queries.ring().fields.suite
    return Key(row.pk, suite, _secret(row)[: suite.key_size])


def _secret(row: models.Model) -> bytes:
    """The secret of a row, kept with the object in memory; made where it has none."""
    place, sealed = row_key_place(type(row), row.pk), bytes(row.row_key)  # type: ignore[attr-defined]
    known: dict[bytes, bytes] = row.__dict__.setdefault("_secret", {})
    if sealed and sealed not in known:
        known[sealed] = unseal(sealed, key=queries.key_of(sealed), place=place)
    elif not sealed:
        secret = os.urandom(SECRET)
        row.row_key = sealed = seal(secret, key=queries.ring().fields, place=place)  # type: ignore[attr-defined]
        known[sealed] = secret
    return known[sealed]


def seal_beside(row: SealedRow, text: str, place: Place) -> str:
    """A text under the key of a row that lives elsewhere, where nothing is ever rewritten: with the row's key it goes all the same."""
    return b64encode(seal(text.encode(), key=_key(row), place=place)).decode() if text else ""


def open_beside(row: SealedRow, sealed: str, place: Place) -> str:
    """What was sealed beside a row; nothing where the row's key was destroyed."""
    value = b64decode(sealed)
    try:
        return unseal(value, key=_key(row, BY_CODE.get(value[1])), place=place).decode() if value and row.row_key else ""
    except NotOpened:
        return str(DOES_NOT_OPEN)


def seal_columns(model: type[models.Model], columns: dict[str, Any]) -> None:
    """Seal the columns of a row that is written past the ORM, as its save would have done."""
    given = [(field, field.to_text(columns[field.column])) for field in sealed_fields(model) if columns[field.column]]
    for index in index_fields(model):
        columns[index.column] = index.mark(columns[index.of])
    if given:
        pk, secret, ring = UUID(columns[str(model._meta.pk.column)]), os.urandom(SECRET), queries.ring()
        columns["row_key"] = seal(secret, key=ring.fields, place=row_key_place(model, pk))
        key = Key(pk, ring.fields.suite, secret[: ring.fields.suite.key_size])
        for field, text in given:
            columns[field.column] = seal(text.encode(), key=key, place=field.place(pk))
