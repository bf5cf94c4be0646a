"""Addresses of the phone window, of calls and of call-backs."""

from django.urls import path

from hutong.desks.phone import calls, window

app_name = "phone"
urlpatterns = [
    path("", window.window, name="window"),
    path("now", window.now, name="now"),
    path("line", window.line, name="line"),
    path("alive", window.alive, name="alive"),
    path("leave", window.leave, name="leave"),
    path("state", window.state, name="state"),
    path("call-backs/", calls.call_backs, name="call_backs"),
    path("call-backs/<uuid:call_back_id>/dial", calls.dial_back, name="dial_back"),
    path("call-backs/<uuid:call_back_id>/give-up", calls.give_up, name="give_up"),
    path("cases/<uuid:case_id>/dial", calls.dial_for_case, name="dial_for_case"),
    path("calls/<uuid:call_id>/", calls.call, name="call"),
    path("calls/<uuid:call_id>/mark", window.mark, name="mark"),
    path("calls/<uuid:call_id>/<slug:asked>", calls.ask, name="ask"),
]
