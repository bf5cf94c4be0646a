"""Addresses of the auditor's desk, and of the report of who saw a child."""

from django.urls import path

from hutong.desks.audit import children, views

app_name = "audit"
urlpatterns = [
    path("", views.index, name="index"),
    path("seals", views.seals, name="seals"),
    path("shown", views.shown, name="shown"),
    path("children", children.find, name="find"),
    path("children/<uuid:child_id>", children.child, name="child"),
]
