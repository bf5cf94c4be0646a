"""Each row of the stage table and the verb that does it: how the screens, the API and the demo call them by name."""

from collections.abc import Callable
from typing import Any

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.cases import actions as cases
from hutong.hotline.replies import actions as replies

VERBS: dict[str, Callable[..., Any]] = {
    verb.__name__.rstrip("_"): verb
    for verb in (
        cases.register,
        cases.answer_on_the_spot,
        cases.dismiss,
        cases.assess,
        cases.reopen,
        cases.note,
        cases.add_child,
        cases.add_party,
        cases.set_risk,
        cases.set_phase,
        cases.set_call_back,
        cases.reveal_reporter,
        cases.recuse,
        cases.raise_tier,
        cases.propose_lower,
        cases.confirm_lower,
        cases.refuse_lower,
        cases.merge,
        cases.unmerge,
        assignments.dispatch,
        assignments.keep,
        assignments.accept,
        assignments.return_,
        assignments.name_worker,
        assignments.report,
        assignments.approve,
        assignments.send_back,
        assignments.ask_extension,
        assignments.grant_extension,
        assignments.refuse_extension,
        assignments.assist,
        assignments.refer,
        assignments.consult,
        assignments.accept_part,
        assignments.return_part,
        assignments.finish_part,
        assignments.withdraw_part,
        assignments.propose_transfer,
        assignments.withdraw_transfer,
        assignments.settle_transfer,
        assignments.refuse_transfer,
        assignments.accept_transfer,
        assignments.decline_transfer,
        replies.answer,
        replies.not_reached,
        replies.close,
        replies.reassess,
    )
}
