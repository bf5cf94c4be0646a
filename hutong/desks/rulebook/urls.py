"""The pages of the rulebooks."""

from django.urls import path

from hutong.desks.rulebook import deciding, files, trying, views

app_name = "rulebook"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.begin, name="begin"),
    path("<uuid:book_id>/", views.book, name="book"),
    path("<uuid:book_id>/row/", views.row, name="row"),
    path("<uuid:book_id>/remove/", views.remove, name="remove"),
    path("<uuid:book_id>/changes/", deciding.changes, name="changes"),
    path("<uuid:book_id>/approve/", deciding.approve, name="approve"),
    path("<uuid:book_id>/withdraw/", deciding.withdraw, name="withdraw"),
    path("<uuid:book_id>/trials/", trying.ask, name="ask"),
    path("trials/<uuid:trial_id>/", trying.trial, name="trial"),
    path("trials/<uuid:trial_id>/progress/", trying.progress, name="progress"),
    path("<uuid:book_id>/file/", files.file, name="file"),
    path("<uuid:book_id>.xlsx", files.export, name="export"),
]
