"""Addresses of the county desk."""

from django.urls import path

from hutong.desks.county import views

app_name = "county"
urlpatterns = [path("", views.work, name="work")]
