"""Address of the page that shows every component."""

from django.urls import path

from hutong.desks.components import views

app_name = "components"
urlpatterns = [path("", views.gallery, name="gallery")]
