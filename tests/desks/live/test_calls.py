"""Who hears of calls and seats."""

from hutong.desks.live.doors import heard_by
from tests import cast
from tests.clients import signed_in
from tests.desks.phone.playing import open_line, talk


def test_the_stream_tells_of_calls_to_those_whose_they_are(committed: object) -> None:
    open_line()
    call, xu, baoji = talk(), cast.post("xu"), cast.office("baoji")
    topics = [f"seat:{xu.pk}", f"seat:{cast.post('he').pk}", f"calls:{xu.office_id}", f"calls:{baoji.pk}", f"call:{call.pk}"]
    own, other = (str(signed_in(name).session.session_key) for name in ("xu", "qin"))
    assert heard_by(own, topics) == {f"seat:{xu.pk}", f"calls:{xu.office_id}", f"call:{call.pk}"}
    assert heard_by(other, topics) == {f"calls:{baoji.pk}"}
