"""`make docs`: the pages of docs/ that are drawn from the tables of the product. A test holds them to the tables."""

import os
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import django
from django.utils import translation

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.project.settings")
django.setup()

from hutong import hotline  # noqa: E402
from hutong.hotline.cases import rules, sight  # noqa: E402
from hutong.hotline.kernel.refusals import Reason  # noqa: E402
from hutong.hotline.retention.rules import DEEDS, schedule  # noqa: E402
from hutong.project import entries  # noqa: E402

DOCS = Path(__file__).resolve().parents[2] / "docs"
MADE = "<!-- Made by `make docs` from the tables of the product. Change the table, not this page. -->\n"


def main() -> None:
    """Write the pages."""
    for name, text in pages().items():
        (DOCS / name).write_text(text)


def pages() -> dict[str, str]:
    """The name and text of each page."""
    with translation.override("zh-hans"):
        return {
            "loop.md": loop(),
            "refusals.md": refusals(),
            "retention.md": keeping(),
            "sight.md": seen(),
            "fields.md": entries.page(MADE),
        }


def loop() -> str:
    """The loop as a diagram, and the table it is drawn from."""
    lines = ["# The loop", "", MADE, "```mermaid", "stateDiagram-v2"]
    lines += [f'  state "{label} {stage}" as {stage}' for stage, label in rules.STAGE_LABELS.items()]
    for arrow in rules.arrows():
        before = "[*]" if arrow.before == rules.NEW else arrow.before
        lines.append(f"  {before} --> {arrow.after}: {', '.join(str(rules.ACTIONS[code].label) for code in arrow.labels)}")
    lines += ["  closed --> [*]", "```", "", "| action | 动作 | at | leads to | who (relation of the office: roles) | must write |"]
    lines += ["| --- | --- | --- | --- | --- | --- |", *(_row(action) for action in rules.ACTIONS.values()), ""]
    return "\n".join(lines)


def _row(action: rules.Action) -> str:
    at = "any stage" if action.stages == rules.STAGES else "any open stage" if action.stages == rules.OPEN else ", ".join(action.stages)
    who = "; ".join(f"{relation}: {', '.join(sorted(roles)) or 'timer'}" for relation, roles in action.who.items())
    return f"| `{action.code}` | {action.label} | {at} | {', '.join(action.to) or '—'} | {who} | {action.asks or '—'} |"


def seen() -> str:
    """Who sees what of a case: the table, what its cells mean, and what a contract may give."""
    lines = [
        "# Who sees what of a case",
        "",
        MADE,
        "A row is a field, a column is how the post stands to the case; of several standings the most counts; `other` asks for nothing.",
    ]
    lines += [
        "Hearing a recording is asked for each time: `recordings/rules.py`, `HEARS`.",
        "",
        "| cell | what is shown |",
        "| --- | --- |",
    ]
    lines += [f"| `{level}` | {label} |" for level, label in sight.LEVEL_LABELS.items()]
    lines += [f"| `{purpose}` | {label} |" for purpose, (label, _holds) in sight.PURPOSES.items()]
    lines += ["", f"| section | field | {' | '.join(f'{label} `{name}`' for name, (label, _of) in sight.STANDINGS.items())} |"]
    lines += [f"| --- | --- |{' --- |' * len(sight.STANDINGS)}"]
    for (section, field), cells in sight.TABLE.items():
        named = f"{sight.SECTION_LABELS[section]} `{section}` | {sight.FIELD_LABELS[field]} `{field}`"
        lines.append(f"| {named} | {' | '.join(cells)} |")
    lines += ["", "| standing | relation of the office: roles |", "| --- | --- |"]
    for name, (_label, relations) in sight.STANDINGS.items():
        of = "; ".join(f"{relation}: {', '.join(sorted(roles)) or 'any'}" for relation, roles in relations.items())
        lines.append(f"| `{name}` | {of or 'sees the case, and has none of these'} |")
    usual = ", ".join(f"`{name}`" for name, is_usual in sight.BY_CONTRACT.items() if is_usual)
    always = f"Every contract gives `{sight.ALWAYS_GIVEN}`; ticked for a new one: {usual}."
    named = "By its number, title, tier, stage and division a case is told from others: whoever sees it sees these, in lists too."
    return "\n".join([*lines, "", f"{always} What a contract does not list is hidden from who works by it.", "", named, ""])


def refusals() -> str:
    """Every reason for which something is not done, with what is said and what to do instead."""
    lines = ["# Refusals", "", MADE, "| code | what is said | what to do |", "| --- | --- | --- |"]
    said = {(reason.code, str(reason.sentence), str(reason.remedy)) for reason in _reasons()}
    return "\n".join([*lines, *(f"| `{code}` | {sentence} | {remedy or '—'} |" for code, sentence, remedy in sorted(said)), ""])


def keeping() -> str:
    """What is kept for how long, on what basis, and what happens then: the schedule that the worker carries out."""
    lines = ["# Retention", "", MADE]
    lines += [f"- **{level}** {asks}" for level, asks in schedule().levels.items()] + [""]
    for kind in schedule().kinds.values():
        lines += [f"## {kind.title} `{kind.name}`", "", kind.words, "", "| | |", "| --- | --- |"]
        said = {
            "级别": kind.level,
            "来源": kind.source, "处理依据": kind.basis, "保存": f"{kind.after}，自{kind.since}",
            "到期": f"{DEEDS[kind.then]} `{kind.then}`", "复核": kind.reviewer, "列": "、".join(f"`{column}`" for column in kind.columns),
        }  # fmt: skip
        lines += [*(f"| {label} | {text} |" for label, text in said.items()), ""]
    lines += ["## 不含个人信息的列", "", f"{len(schedule().without)} 列：编号、时间、状态、机构，以及为执行法律而留的标记。", ""]
    return "\n".join(lines)


def _reasons() -> Iterator[Reason]:
    for found in pkgutil.walk_packages(hotline.__path__, "hutong.hotline."):
        if "migrations" in found.name:
            continue
        for thing in vars(import_module(found.name)).values():
            if isinstance(thing, Reason):
                yield thing
            elif isinstance(thing, rules.Fact):
                yield thing.reason


if __name__ == "__main__":
    main()
