"""Addresses of the approvals."""

from django.urls import path

from hutong.desks.approvals import views

app_name = "approvals"
urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:post_id>/", views.post, name="post"),
    path("<uuid:approval_id>/end/", views.end, name="end"),
]
