"""Addresses of the ways of notices, and of what must be confirmed."""

from django.urls import path

from hutong.desks.notices import views

app_name = "notices"
urlpatterns = [
    path("alerts", views.alerts, name="alerts"),
    path("acknowledge/<uuid:case_id>", views.acknowledge, name="acknowledge"),
    path("ways/", views.own, name="own"),
    path("ways/new/", views.new_own, name="new_own"),
    path("ways/<uuid:way_id>/", views.change, name="change"),
    path("ways/<uuid:way_id>/test/", views.test, name="test"),
    path("ways/<uuid:way_id>/remove/", views.remove, name="remove"),
    path("offices/<uuid:office_id>/ways/", views.of_office, name="office"),
    path("offices/<uuid:office_id>/ways/new/", views.new_of_office, name="new_of_office"),
]
