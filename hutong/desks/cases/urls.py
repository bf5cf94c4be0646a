"""Addresses of the work list, the search and the case."""

from django.urls import path

from hutong.desks.cases import views

app_name = "cases"
urlpatterns = [
    path("work", views.work, name="work"),
    path("search", views.search, name="search"),
    path("<uuid:case_id>", views.case, name="case"),
]
