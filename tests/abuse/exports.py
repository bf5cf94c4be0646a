"""A case's package, taken out on the pages as in service."""

import io
import zipfile

from django.http import HttpResponse
from django.urls import reverse

from hutong.hotline.cases.models import Case
from tests.clients import signed_in


def asked(case: Case, who: str = "zhou") -> str:
    """The address of an export that somebody asked for."""
    return str(signed_in(who).post(reverse("cases:archive", args=[case.pk]), {"purpose": "移交档案馆"})["Location"])


def taken(case: Case, who: str = "zhou") -> HttpResponse:
    """The file."""
    return signed_in(who).post(asked(case, who))  # type: ignore[return-value]


def unpacked(content: bytes) -> dict[str, bytes]:
    """What is in a package."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
