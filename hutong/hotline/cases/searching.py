"""Cases by their number and by the words that they hold: only those that the asker may see, and no word that they may not read."""

from typing import Any

from django.db.models import QuerySet

from hutong.hotline.cases import sight
from hutong.hotline.cases.models import Case, CaseContact, Event
from hutong.hotline.cases.queries import visible_to
from hutong.hotline.kernel.search import holding
from hutong.hotline.network.models import Post

WORDS = 5  # of a search; further ones are passed over


def search(post: Post, text: str) -> QuerySet[Case]:
    """Cases that this person may see and whose number, title, contacts or story hold every word of `text`, newest first."""
    found = visible_to(post)
    for word in text[:60].replace("\0", " ").split()[:WORDS]:
        found = found.filter(pk__in=_holding(word))
    return found.order_by("-opened_at")


def _holding(word: str) -> QuerySet[Any, Any]:
    """The ids of cases that hold a word: by the pairs of its letters first, then by looking."""
    numbered = Case.objects.filter(number=word.upper()).values("pk")
    titled = holding(Case.objects.all(), "title", word).values("pk")
    told = holding(CaseContact.objects.all(), "contact__narrative", word).values("case")
    open_words = Event.objects.exclude(action__in=sight.WORDS_OF)  # what not everybody on a case reads, nobody seeks in
    happened = holding(open_words, "text", word).values("case")
    return numbered.union(titled, told, happened, all=True)
