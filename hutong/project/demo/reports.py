"""Reports to play: a file with one JSON object a line (id, channel, speaker, text, place, labels)."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hutong.hotline import network
from hutong.hotline.contacts import rules
from hutong.project.demo import wording
from hutong.project.trouble import Trouble

BUNDLED = Path(network.__file__).parent / "data" / "demo_reports.jsonl"
TIERS = {"emergency": "I", "high": "II", "medium": "III", "low": "IV"}
DEPARTMENTS = {"disabled_persons_federation": "disabled_federation"}  # where the file has another name than the network


@dataclass(frozen=True)
class Report:
    """What somebody tells, and how a person who reads it would judge it."""

    id: str
    channel: str
    speaker: str
    text: str
    place: str
    category: str
    tier: str
    age: int | None = None
    departments: tuple[str, ...] = ()
    same_as: str = ""
    is_nuisance: bool = False
    harms: tuple[str, ...] = field(default=())

    @property
    def is_typed(self) -> bool:
        """Whether an operator writes it down; the others arrive by themselves."""
        return self.channel in rules.TYPED

    @property
    def key(self) -> str:
        """Under which the contact is saved: the same report is never played twice."""
        return f"demo-{self.id}"


def read(path: Path) -> list[Report]:
    """The reports of a file. Raises Trouble, naming the line that is none."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            if line.strip():
                found.append(_report(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Trouble(f"{path}, line {number} is no report: {error!r}") from None
    return found


def _report(said: dict[str, Any]) -> Report:
    labels = said["labels"]
    return Report(
        id=str(said["id"]),
        channel=said["channel"],
        speaker=wording.SPEAKERS.get(said.get("speaker") or "", said.get("speaker") or ""),
        text=said["text"],
        place=said.get("place") or "",
        category=labels["category"],
        tier=TIERS[labels["risk"]],
        age=labels.get("child_age"),
        departments=tuple(DEPARTMENTS.get(each, each) for each in labels.get("departments") or ()),
        same_as=labels.get("duplicate_of") or "",
        is_nuisance=bool(labels.get("nuisance")),
        harms=tuple(labels.get("harms") or ()),
    )
