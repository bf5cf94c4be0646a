"""Addresses of the operator's desk."""

from django.urls import path

from hutong.desks.operator import views

app_name = "operator"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("contact/<uuid:contact_id>", views.contact, name="contact"),
    path("draft/<uuid:draft_id>", views.draft, name="draft"),
    path("draft/<uuid:draft_id>/discard", views.discard, name="discard"),
    path("paper", views.paper, name="paper"),
    path("known", views.beside, name="known"),
    path("pending", views.pending, name="pending"),
]
