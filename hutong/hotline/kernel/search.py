"""Chinese search: character bigrams in a tsvector with GIN, then a LIKE re-check.

The database makes the tokens itself (function `hutong_bigrams`), so no road of writing can miss them.
"""

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func


class Bigrams(Func):
    function = "hutong_bigrams"
    output_field = SearchVectorField()


def Tokens(column: str) -> models.GeneratedField:  # noqa: N802 stands where a field's class would
    """The stored bigrams of a text column."""
    return models.GeneratedField(expression=Bigrams(F(column)), output_field=SearchVectorField(), db_persist=True)
