"""Addresses of the operator's desk."""

from django.urls import path

from hutong.desks.operator import views

app_name = "operator"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("contact/<uuid:contact_id>", views.contact, name="contact"),
    path("call/<uuid:call_id>", views.call, name="call"),
    path("call/<uuid:call_id>/line", views.on_the_line, name="on_the_line"),
    path("call-backs", views.to_call_back, name="to_call_back"),
    path("draft/<uuid:draft_id>", views.draft, name="draft"),
    path("draft/<uuid:draft_id>/discard", views.discard, name="discard"),
    path("paper", views.paper, name="paper"),
    path("known", views.beside, name="known"),
    path("pending", views.pending, name="pending"),
]
