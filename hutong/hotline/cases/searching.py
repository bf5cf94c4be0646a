"""Cases by their number and by the words that they hold: only those that the asker may see, and no word that they may not read."""

from django.db.models import QuerySet

from hutong.hotline.cases import sight
from hutong.hotline.cases.models import Case
from hutong.hotline.cases.queries import visible_to
from hutong.hotline.kernel.search import cases_holding
from hutong.hotline.network.models import Post

WORDS = 5  # of a search; further ones are passed over
SILENT = sorted(sight.WORDS_OF)  # deeds whose words not everybody on a case reads: nobody seeks in them


def search(post: Post, text: str) -> QuerySet[Case]:
    """Cases that this person may see and whose number, title, contacts or story hold every word of `text`, newest first."""
    found = visible_to(post)
    for word in text[:60].replace("\0", " ").split()[:WORDS]:
        found = found.filter(pk__in=cases_holding(word, silent=SILENT))
    return found.order_by("-opened_at")
