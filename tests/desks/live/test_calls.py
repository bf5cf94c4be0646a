"""Who hears of calls and seats."""

from hutong.desks.live.doors import heard_by
from tests import cast
from tests.clients import signed_in
from tests.desks.phone.playing import open_line, talk


def test_the_stream_tells_of_calls_to_those_whose_they_are(committed: object) -> None:
    open_line()
    call, xu, baoji = talk(), cast.post("xu"), cast.office("baoji")
    topics = [f"seat:{xu.pk}", f"seat:{cast.post('he').pk}", f"calls:{xu.office_id}", f"calls:{baoji.pk}", f"call:{call.pk}"]
    own, other = (signed_in(name).session for name in ("xu", "qin"))
    end_of_own, end_of_other = (f"session:{session['sign_in']}" for session in (own, other))
    heard = heard_by(str(own.session_key), [*topics, end_of_other])
    assert heard == {f"seat:{xu.pk}", f"calls:{xu.office_id}", f"call:{call.pk}", end_of_own}
    assert heard_by(str(other.session_key), topics) == {f"calls:{baoji.pk}", end_of_other}
