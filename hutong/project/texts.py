"""`make texts`: the catalogue of English texts, brought up to what the pages and programs say. A test holds it complete.

Chinese is the language of the code, so a missing translation shows Chinese and never nothing.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.project.settings")
django.setup()

from django.utils.translation.template import templatize  # noqa: E402

PACKAGE = Path(__file__).resolve().parents[1]
ENGLISH = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
CONTEXTS = {"past": "past", "stage_called": "stage"}  # functions of ours, and the context of their texts
KEYWORDS = dict.fromkeys(("_", "gettext", "gettext_lazy", "pgettext", "pgettext_lazy", "ngettext", *CONTEXTS))
Key = tuple[str | None, str | tuple[str, str]]  # context, and the text or its singular and plural


def main() -> None:
    """Write the catalogue: what is new is empty, what is gone is gone."""
    known = read()
    catalog = Catalog(locale="en", project="Hutong", fuzzy=False, header_comment="# English texts of Hutong.")
    catalog.revision_date = catalog.creation_date = datetime(2026, 1, 1, tzinfo=UTC)
    for (context, text), places in sorted(said().items(), key=lambda item: item[1][0]):
        before = known.get(text if isinstance(text, str) else text[0], context)
        catalog.add(text, before.string if before else None, locations=[(place, 0) for place in places], context=context)
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as file:
        write_po(file, catalog, width=0, include_lineno=False)


def read() -> Catalog:
    """The catalogue as it stands."""
    with ENGLISH.open("rb") if ENGLISH.exists() else BytesIO() as file:
        return read_po(file, locale="en")


def said() -> dict[Key, list[str]]:
    """Every text that is said to people, and the files that say it."""
    found: dict[Key, list[str]] = {}
    for path in sorted((*PACKAGE.rglob("*.py"), *PACKAGE.rglob("templates/**/*.html"))):
        for key in _said_in(path):
            places = found.setdefault(key, [])
            name = str(path.relative_to(PACKAGE.parent))
            if name not in places:
                places.append(name)
    return found


def _said_in(path: Path) -> Iterator[Key]:
    source = path.read_text()
    code = source if path.suffix == ".py" else f"({templatize(source, origin=str(path))})"  # in brackets indentation means nothing
    for _line, function, messages, _comments in extract_python(BytesIO(code.encode()), KEYWORDS, (), {"encoding": "utf-8"}):
        texts = [messages] if isinstance(messages, str) else [text for text in messages or () if text is not None]
        context = texts.pop(0) if function in ("pgettext", "pgettext_lazy") and texts else None
        context = CONTEXTS.get(str(function), context)
        if texts:
            yield context, (texts[0], texts[1]) if function == "ngettext" else texts[0]


if __name__ == "__main__":
    main()
