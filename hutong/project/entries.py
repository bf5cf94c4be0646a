"""The page of docs/ that says what may be entered: each field of a screen and of the API with its rule, and what must fit together."""

import inspect
import pkgutil
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from django import forms
from django.apps import apps
from django.core import validators
from django.db.models import CheckConstraint, Q, UniqueConstraint

from hutong import desks
from hutong.desks.api.service import api
from hutong.hotline.contacts.rules import NEEDED

HEAD = """# What may be entered

{made}
What a verb refuses beyond this, and with which words, is in [refusals.md](refusals.md); what each action asks for and where it may be
done, in [loop.md](loop.md). A text takes any character but NUL and half surrogates, 20,000 at the most where nothing else is said.
"""
SHOWN = 12  # choices that are named one by one
NAMES = {
    "char": "text", "typedchoice": "one of a list", "choice": "", "multiplechoice": "some of a list",
    "modelchoice": "one of those that the post may choose", "modelmultiplechoice": "some of those that the post may choose",
    "boolean": "yes or no", "date": "a day", "datetime": "a moment", "integer": "a whole number", "file": "a file",
    "time": "a time of the day",
}  # fmt: skip
LIMITS: tuple[tuple[type[Any], str, str], ...] = (  # what stands before the figure, and after
    (validators.MinLengthValidator, "at least", " characters"),
    (validators.MaxLengthValidator, "at most", " characters"),
    (validators.MinValueValidator, "at least", ""),
    (validators.MaxValueValidator, "at most", ""),
)
SCHEMA = {
    "format": ("", ""), "minLength": ("at least", " characters"), "maxLength": ("at most", " characters"), "minimum": ("at least", ""),
    "maximum": ("at most", ""), "pattern": ("by the pattern", ""), "maxItems": ("at most", " of them"),
}  # fmt: skip


def page(made: str) -> str:
    """The page."""
    lines = [
        HEAD.format(made=made),
        "## On the screens",
        "",
        "| form | field | 名称 | must be filled in | rule |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{form}` | `{name}` | {field.label or '—'} | {_needed(field.required)} | {_rule(field)} |" for form, name, field in screens()
    ]
    lines += ["", "## Of the API", "", "| body | field | must be sent | rule |", "| --- | --- | --- | --- |", *bodies()]
    lines += ["", "## What must fit together", "", "Of a contact, by how it ends:", "", "| outcome | must be filled in |", "| --- | --- |"]
    lines += [f"| `{outcome}` | {', '.join(f'`{name}`' for name, _reason in needed)} |" for outcome, needed in NEEDED.items()]
    lines += ["", "Of every row, whoever writes it; the database refuses what is otherwise:", ""]
    return "\n".join([*lines, "| table | rule | what it says |", "| --- | --- | --- |", *together(), ""])


def _needed(is_needed: bool) -> str:
    return "yes" if is_needed else "no"


# --- the screens


def screens() -> Iterator[tuple[str, str, forms.Field]]:
    """Each field of each form of the desks."""
    found: set[type[forms.BaseForm]] = set()
    for module in pkgutil.walk_packages(desks.__path__, "hutong.desks."):
        for _name, thing in inspect.getmembers(import_module(module.name), inspect.isclass):
            if issubclass(thing, forms.BaseForm) and thing.__module__ == module.name:
                found.add(thing)
    for form in sorted(found, key=lambda each: (each.__module__, each.__name__)):
        short = f"{form.__module__.removeprefix('hutong.desks.')}.{form.__name__}"
        yield from ((short, name, field) for name, field in getattr(form, "base_fields", {}).items())


def _rule(field: forms.Field) -> str:
    said = [_kind(field)]
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.TypedChoiceField | forms.ModelChoiceField):
        said.append(_choices([str(value) for value, _label in field.widget.choices if value != ""]))
    for validator in field.validators:
        if isinstance(validator, validators.RegexValidator):
            said.append(f"by the pattern {getattr(validator.regex, 'pattern', '')}")
        said += [f"{before} {validator.limit_value}{after}" for kind, before, after in LIMITS if isinstance(validator, kind)]
    return _cell("; ".join(filter(None, said)))


def _kind(field: forms.Field) -> str:
    """What a field of ours reads says its class; of Django's, its name does."""
    kind = type(field)
    words = (inspect.getdoc(kind) or "") if kind.__module__.startswith("hutong") else ""
    name = kind.__name__.removesuffix("Field").lower()
    return words.partition(";")[0].partition(".")[0].lower() or NAMES.get(name, name)


def _choices(values: list[str]) -> str:
    if not values:
        return "one of those that the post may choose"
    named = ", ".join(f"`{value}`" for value in values[:SHOWN])
    return f"one of {named}{f' and {len(values) - SHOWN} more' if len(values) > SHOWN else ''}"


# --- the API


def bodies() -> Iterator[str]:
    """Each field of each body that the API reads; and what an address carries."""
    document = api.get_openapi_schema(path_prefix="/api/")
    kept = document["components"]["schemas"]
    for path, methods in sorted(document["paths"].items()):
        for method, operation in methods.items():
            for each in operation.get("parameters", ()):
                yield _sent(f"{method.upper()} {path}", each["name"], each["schema"], is_needed=each.get("required", False), kept=kept)
            for content in operation.get("requestBody", {}).get("content", {}).values():
                body = _resolved(content["schema"], kept)
                for name, schema in body.get("properties", {}).items():
                    yield _sent(f"{method.upper()} {path}", name, schema, is_needed=name in body.get("required", ()), kept=kept)


def _sent(of: str, name: str, schema: dict[str, Any], *, is_needed: bool, kept: dict[str, Any]) -> str:
    return f"| `{of}` | `{name}` | {_needed(is_needed)} | {_cell(_schema(schema, kept))} |"


def _resolved(schema: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = kept[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def _schema(schema: dict[str, Any], kept: dict[str, Any]) -> str:
    """A schema in words."""
    if "anyOf" in schema:
        return " or ".join(_schema(each, kept) for each in schema["anyOf"])
    schema = _resolved(schema, kept)
    said = [str(schema.get("type", schema.get("title", "")))]
    if "enum" in schema:
        said.append(_choices([str(value) for value in schema["enum"]]))
    if "items" in schema:
        said.append(f"each: {_schema(schema['items'], kept)}")
    if schema.get("type") == "object":
        said += [f"`{name}`: {_schema(each, kept)}" for name, each in schema.get("properties", {}).items()]
    said += [f"{before} {schema[name]}{after}".strip() for name, (before, after) in SCHEMA.items() if name in schema]
    return "; ".join(filter(None, said))


# --- what must fit together


def together() -> Iterator[str]:
    """Each constraint of each table of the work."""
    for model in sorted(apps.get_app_config("hotline").get_models(), key=lambda each: each._meta.db_table):
        for constraint in model._meta.constraints:
            if isinstance(constraint, CheckConstraint):
                yield f"| `{model._meta.db_table}` | `{constraint.name}` | {_cell(_condition(constraint.condition))} |"
            elif isinstance(constraint, UniqueConstraint) and constraint.fields:
                where = f" where {_condition(constraint.condition)}" if constraint.condition else ""
                yield f"| `{model._meta.db_table}` | `{constraint.name}` | {_cell(_one(constraint.fields) + where)} |"


def _one(fields: Sequence[str]) -> str:
    return f"one row for each {', '.join(fields)}"


def _condition(condition: Any) -> str:
    """A condition of rows in words: a = 1 and not (b = 2)."""
    if isinstance(condition, Q):
        parts = [_condition(each) for each in condition.children]
        joined = f" {condition.connector.lower()} ".join(f"({part})" if " or " in part or " and " in part else part for part in parts)
        return f"not ({joined})" if condition.negated else joined
    if isinstance(condition, tuple):
        name, value = condition
        field, _lookup, how = name.partition("__")
        said = getattr(value, "name", None) or (f"{value}" if not isinstance(value, list | tuple) else ", ".join(map(str, value)))
        return (
            f"{field} {HOW.get(how, how)} {said if said != '' else 'empty'}".replace(" isnull True", " unknown")
            .replace(" = None", " unknown")
            .replace(" isnull False", " known")
        )
    return repr(condition)


HOW = {"": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "in": "one of", "range": "between", "startswith": "begins with"}


def _cell(text: str) -> str:
    """As it may stand in a table."""
    return text.replace("|", "\\|").replace("\n", " ")
