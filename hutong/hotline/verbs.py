"""Each row of the stage table and the verb that does it: how the screens, the API and the demo call them by name."""

from collections.abc import Callable
from typing import Any

from hutong.hotline.assignments import actions as assignments
from hutong.hotline.cases.actions import judging, merging, opening, recording, recusing, restricting
from hutong.hotline.replies import actions as replies
from hutong.hotline.supervision import actions as supervision

VERBS: dict[str, Callable[..., Any]] = {
    verb.__name__.rstrip("_"): verb
    for verb in (
        opening.register,
        opening.answer_on_the_spot,
        opening.dismiss,
        judging.assess,
        judging.reopen,
        recording.note,
        recording.psychology_note,
        recording.see_child,
        recording.report_first,
        recording.correct,
        recording.add_child,
        recording.change_child,
        recording.add_party,
        recording.change_party,
        recording.set_risk,
        recording.set_phase,
        recording.set_call_back,
        restricting.restrict,
        restricting.unrestrict,
        restricting.admit,
        restricting.shut_out,
        recusing.recuse,
        judging.raise_tier,
        judging.propose_lower,
        judging.confirm_lower,
        judging.refuse_lower,
        merging.merge,
        merging.unmerge,
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
        assignments.ask_pause,
        assignments.grant_pause,
        assignments.refuse_pause,
        assignments.resume,
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
        supervision.order,
    )
}
