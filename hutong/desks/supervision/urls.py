"""Addresses of the desk of orders."""

from django.urls import path

from hutong.desks.supervision import issuing, views

app_name = "supervision"
urlpatterns = [
    path("", views.orders, name="orders"),
    path("waiting", views.waiting, name="waiting"),
    path("new", issuing.new, name="new"),
    path("new/draft", issuing.draft, name="new_draft"),
    path("offices/<uuid:office_id>", issuing.office, name="office"),
    path("<uuid:order_id>", views.order, name="order"),
    path("<uuid:order_id>/letter", views.letter, name="letter"),
    path("<uuid:order_id>/do/<slug:code>", views.act, name="act"),
    path("<uuid:order_id>/draft/<slug:code>", views.draft, name="draft"),
]
