"""The telephone of the demo centre: a line of each number mode, what callers hear, a neighbour, who speaks what."""

from django.db import transaction
from django.utils import timezone

from hutong.hotline.calls import wording
from hutong.hotline.calls.actions import keeping
from hutong.hotline.calls.models import Line
from hutong.hotline.network.models import Office, Post

HOME, NEIGHBOUR = "HC-6101", "HC-6103"
# name, number dialled, mode, the older number, key and meaning
LINES = (
    ("12349", "12349", "own", "", "1", "danger"),
    ("民政服务热线分线", "02989610001", "extension", "02989610000", "", ""),
    ("原12338转来", "12349", "forwarded", "02912338", "", ""),
    ("12345转来", "02989610002", "government_line", "12345", "", ""),
)
SKILLS = {"jiexian": ("minors",), "hc-6101-operator2": ("language:en",), "xietiao": ("psychologist", "minors")}


@transaction.atomic
def load() -> None:
    """Set it up, where there is none yet."""
    if Line.objects.exists():
        return
    at = timezone.now()
    centre, neighbour = (Office.objects.get(code=code) for code in (HOME, NEIGHBOUR))
    for name, number, mode, older_number, key, key_means in LINES:
        keeping.open_line(
            centre=centre, by=None, at=at, name=name, number=number, mode=mode, older_number=older_number, key=key, key_means=key_means
        )
    for language, texts in wording.TEXTS.items():
        for name, text in texts.items():
            keeping.save_sound(centre=centre, by=None, at=at, name=name, text=text, language=language)
    keeping.agree(centre=centre, neighbour=neighbour, by=None, at=at)
    for username, skills in SKILLS.items():
        post = Post.objects.select_related("office").get(staff__username=username, office=centre)
        keeping.set_skills(post, skills, by=None, at=at)
