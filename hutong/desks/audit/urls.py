"""Addresses of the auditor's desk, and of the report of who saw a child."""

from django.urls import path

from hutong.desks.audit import children, evidence, views

app_name = "audit"
urlpatterns = [
    path("", views.index, name="index"),
    path("seals", views.seals, name="seals"),
    path("yearly", evidence.yearly, name="yearly"),
    path("touched", evidence.touched, name="touched"),
    path("exports", evidence.exports, name="exports"),
    path("shown", views.shown, name="shown"),
    path("children", children.find, name="find"),
    path("children/<uuid:child_id>", children.child, name="child"),
    path("children/<uuid:child_id>/agree/<uuid:export_id>", children.agree, name="agree"),
]
