"""Chinese search: character bigrams in a GIN index, then a LIKE re-check.

The index is over an expression (function `hutong_bigrams`), so no road of writing can miss it and no row carries its tokens.
"""

from collections.abc import Sequence
from itertools import pairwise

from django.contrib.postgres.search import SearchVectorField
from django.db import connection
from django.db.models import Func
from django.db.models.expressions import RawSQL

PAIR = 2
HOLDING = "SELECT hutong_cases_holding(%s, %s::tsquery, %s, %s, %s::text[])"


class Bigrams(Func):
    """Every two neighbouring characters of a text column, as PostgreSQL keeps them in an index."""

    function = "hutong_bigrams"
    output_field = SearchVectorField()


def cases_holding(word: str, *, silent: Sequence[str] = ()) -> RawSQL:
    """The ids of cases that hold a word (of one character at least) in number, title, contacts or story, whoever may see them.

    Not in the words of the actions that are `silent`. What is asked must be filtered by who asks.
    """
    return RawSQL(HOLDING, (word, *sought(word), list(silent)))  # noqa: S611 our own statement


def sought(word: str) -> tuple[str, str, bool]:
    """What `hutong_holds` asks of a text: the pairs, which an index finds; of a longer word, whose pairs may stand apart, the word as
    LIKE takes it; and whether to look past letter case, which costs ten times as much."""
    fits = f"%{connection.ops.prep_for_like_query(word)}%" if len(word) > PAIR else ""
    return _pairs(word), fits, word.lower() != word.upper()


def _pairs(word: str) -> str:
    """The tsquery for a word: all its bigrams, or for a single character every bigram that begins with it."""
    letters = [letter.lower() if letter.isascii() else letter for letter in word]  # as the database does
    pairs = ["".join(pair) for pair in pairwise(letters)] or letters
    quoted = ["'" + pair.replace("\\", "\\\\").replace("'", "''") + "'" for pair in pairs]
    return " & ".join(quoted) if len(word) > 1 else f"{quoted[0]}:*"
