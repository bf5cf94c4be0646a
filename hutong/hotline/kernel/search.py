"""Chinese search: character bigrams in a GIN index, then a LIKE re-check.

The index is over an expression (function `hutong_bigrams`), so no road of writing can miss it and no row carries its tokens.
"""

from itertools import pairwise
from typing import Any, TypeVar

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Func, Model, QuerySet

M = TypeVar("M", bound=Model)
PAIR = 2


class Bigrams(Func):
    """Every two neighbouring characters of a text column, as PostgreSQL keeps them in an index."""

    function = "hutong_bigrams"
    output_field = SearchVectorField()


class HasPairs(SearchQuery):
    """A tsquery taken as it is written: to_tsquery would read it as a language, and drop what is no word in one."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        return "%s::tsquery", [self.text]


def holding(rows: QuerySet[M], column: str, word: str) -> QuerySet[M]:
    """The rows whose text column holds a word (of one character at least): an index of bigrams finds them.

    Of a longer word than a pair the pairs may stand apart, so each row is looked at.
    """
    found: QuerySet[M] = rows.alias(pairs=Bigrams(column)).filter(pairs=HasPairs(_pairs(word)))
    how = "icontains" if word.lower() != word.upper() else "contains"  # letter case costs ten times as much to look past
    return found if len(word) <= PAIR else found.filter(**{f"{column}__{how}": word})


def _pairs(word: str) -> str:
    """The tsquery for a word: all its bigrams, or for a single character every bigram that begins with it."""
    letters = [letter.lower() if letter.isascii() else letter for letter in word]  # as the database does
    pairs = ["".join(pair) for pair in pairwise(letters)] or letters
    quoted = ["'" + pair.replace("\\", "\\\\").replace("'", "''") + "'" for pair in pairs]
    return " & ".join(quoted) if len(word) > 1 else f"{quoted[0]}:*"
