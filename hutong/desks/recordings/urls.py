"""Addresses of recordings."""

from django.urls import path

from hutong.desks.recordings import views

app_name = "recordings"
urlpatterns = [
    path("<uuid:recording_id>/", views.ask, name="ask"),
    path("<uuid:recording_id>/hold", views.hold, name="hold"),
    path("<uuid:recording_id>/release", views.release, name="release"),
    path("play/<uuid:play_id>/", views.play, name="play"),
    path("play/<uuid:play_id>/audio", views.audio, name="audio"),
]
