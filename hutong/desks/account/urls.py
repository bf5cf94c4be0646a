"""Addresses of signing in and out, and of what one signs in with."""

from django.urls import path

from hutong.desks.account import own, provider, views

app_name = "account"
urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("second-step", views.second_step, name="second_step"),
    path("passkey", views.passkey_options, name="passkey_options"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("post", views.choose_post, name="choose_post"),
    path("language", views.language, name="language"),
    path("security", own.security, name="security"),
    path("set-up", own.set_up, name="set_up"),
    path("password", own.password, name="password"),
    path("factors/code", own.add_code, name="add_code"),
    path("factors/passkey", own.add_passkey, name="add_passkey"),
    path("factors/passkey/options", own.new_passkey_options, name="new_passkey_options"),
    path("factors/recovery", own.recovery_codes, name="recovery_codes"),
    path("factors/<int:factor_id>/remove", own.remove_factor, name="remove_factor"),
    path("sessions/<uuid:session_id>/end", own.end_session, name="end_session"),
    path("sessions/end", own.end_sessions, name="end_sessions"),
    path("provider", provider.sign_in, name="provider"),
    path("provider/bind", provider.bind, name="bind"),
    path("provider/unbind", provider.unbind, name="unbind"),
    path("wall", own.wall, name="wall"),
    path("left", own.left, name="left"),
    path("at-work", own.at_work, name="at_work"),
    path("locked", own.locked, name="locked"),
]
