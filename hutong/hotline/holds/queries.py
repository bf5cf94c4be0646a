"""Which cases are on hold, by themselves or with a person in them; and who may decide it."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from hutong.hotline.cases import queries as cases
from hutong.hotline.cases.models import Case
from hutong.hotline.cases.sight import Sight
from hutong.hotline.contacts.models import Reporter
from hutong.hotline.holds import rules
from hutong.hotline.holds.models import Hold, PersonHold
from hutong.hotline.keys.fields import index_fields
from hutong.hotline.network.models import OfficeKind, Post
from hutong.hotline.people.models import Child, Person

KINDS = {OfficeKind.HOTLINE_CENTRE: "centre", OfficeKind.PROVINCE_BUREAU: "province"}


def held() -> QuerySet[Case, UUID]:
    """The cases, by their ids, on which a hold runs, or in which a person stands on whom one runs."""
    every = RawSQL("SELECT hutong_held_cases()", ())
    return Case.objects.filter(pk__in=every).values_list("pk", flat=True)


def held_contacts() -> RawSQL:
    """The contacts of reporters on whom a hold runs, whether or not a case came of them."""
    return RawSQL("SELECT hutong_held_contacts()", ())


def of_case(case: Case) -> QuerySet[Hold]:
    """Every hold there was on a case, the one that runs first."""
    return Hold.objects.filter(case=case).select_related("by__staff", "by__office", "ended_by__staff").order_by("-at")


def holdable_by(post: Post) -> QuerySet[Case]:
    """The cases that a post may put on hold, or release."""
    near = {"centre": Q(centre=post.office_id), "province": Q(centre__parent=post.office_id)}
    mine = Q(pk__in=())
    for relation, roles in rules.HOLDS.items():
        if post.role in roles:
            mine |= near[relation]
    return cases.visible_to(post).filter(mine)


def may_hold_people(post: Post) -> bool:
    """Whether somebody may put a person on hold: who may a case of their own office."""
    return post.role in rules.HOLDS.get(KINDS.get(OfficeKind(post.office.kind), ""), ())


def people_of(post: Post) -> QuerySet[PersonHold]:
    """The holds on people that this office and those below it decided and that run, the one that is looked at again first."""
    if not may_hold_people(post):
        return PersonHold.objects.none()
    here = Q(office=post.office_id) | Q(office__parent=post.office_id)
    return PersonHold.objects.filter(here, ended_at=None).select_related("office", "by__staff").order_by("review_on", "pk")


def marks(*, name: str, id_number: str) -> dict[str, bytes]:
    """By what a person's rows are found: by the number where it is known, else by the name, with the birth date beside it; a reporter,
    of whom mostly the name alone is known, by either."""
    by_name = {"child": "" if id_number else name, "person": "" if id_number else name, "reporter": name}
    columns = {"id_number_index": "number", "name_index": "name"}
    return {
        f"{kind}_{what}": index.mark(id_number if what == "number" else by_name[kind])
        for kind, model in (("child", Child), ("person", Person), ("reporter", Reporter))
        for index in index_fields(model)
        if (what := columns.get(index.column))
    }


def on_people_in(case: Case, post: Post, sight: Sight) -> QuerySet[PersonHold]:
    """The holds on people that hold this case, of those that the post may see.

    Who reported is not to be guessed from one: it counts where their name is shown to the post.
    """
    kinds = ["child", "person"] + ["reporter"] * sight.is_plain("reporter", "name")
    here = RawSQL("SELECT hold_id FROM holds_stands WHERE case_id = %s AND kind = ANY(%s)", (case.pk, kinds))
    return people_of(post).filter(pk__in=here)
