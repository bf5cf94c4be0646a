"""不得告知监护人: a suspected guardian is never told, asked for consent, answered or called back; this sets itself.

个人信息保护法第三十一条; 未成年人保护法第一百零八条. The rule is one question, asked of the people of the case.
"""

from collections.abc import Iterable

from hutong.hotline.cases.door import Step
from hutong.hotline.cases.models import Case, PartyRole
from hutong.hotline.kernel.refusals import Refusal
from hutong.hotline.people import rules
from hutong.hotline.people.models import Child


def suspects_a_guardian(people: Iterable[tuple[object, str, str]]) -> bool:
    """Whether one of these (who, in which role, how related) is suspected and a guardian, by relation or by a second role."""
    known = list(people)
    guardians = {who for who, role, relation in known if role == PartyRole.GUARDIAN or rules.is_guardian(relation)}
    return any(role == PartyRole.SUSPECTED and who in guardians for who, role, _relation in known)


def people_of(case: Case) -> list[tuple[object, str, str]]:
    """The people of a case, as the question asks for them."""
    return list(case.parties.values_list("person", "role", "relation"))


def keep_from_guardian(step: Step) -> None:
    """Where a guardian is suspected, no child of the case is to be spoken of to the guardian from now on; the event says so."""
    if not suspects_a_guardian(people_of(step.case)):
        return
    if Child.objects.filter(case_links__case=step.case, tell_guardian=True).update(tell_guardian=False):
        step.detail["guardian"] = "not_told"


def must_not_be_told(case: Case) -> bool:
    """Whether of any child of the case the guardian must hear nothing."""
    return Child.objects.filter(case_links__case=case, tell_guardian=False).exists()


def refuse_to_tell(case: Case, *, tell: bool) -> None:
    """Nobody sets 'may be told' again while a guardian is suspected. Raises Refusal."""
    if tell and suspects_a_guardian(people_of(case)):
        raise Refusal.at("tell_guardian", rules.GUARDIAN_SUSPECTED)
