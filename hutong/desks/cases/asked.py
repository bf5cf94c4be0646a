"""An action on a case that a person asks for: what the fields of its form may depend on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import cached_property
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from hutong.hotline.cases import queries, rules, sight
from hutong.hotline.cases.models import Case
from hutong.hotline.network.models import Post


@dataclass(frozen=True)
class Asked:
    """An action on a case, asked for by a person: what a field may depend on."""

    action: rules.Action
    case: Case
    post: Post
    at: datetime

    @cached_property
    def sight(self) -> sight.Sight:
        """What the table shows to the person of the case."""
        return queries.sight_of(queries.situation(self.case, self.post), self.post)


def kept(seen: sight.Sight, section: str, field: str, value: str) -> Any:
    """What a blank field means where one sees only a part of what stands there."""
    return format_lazy(_("现为 {value}，留空不改"), value=seen.shown(section, field, value) or "***")
