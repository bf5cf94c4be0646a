"""Addresses of the page that shows every component, and of the names that pickers offer."""

from django.urls import path

from hutong.desks.components import views

app_name = "components"
urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("divisions", views.divisions, name="divisions"),
    path("offices", views.offices, name="offices"),
]
