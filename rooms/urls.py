"""Every page of rooms."""

from django.urls import path

from rooms import views

urlpatterns = [
    path("", views.hallway, name="hallway"),
    path("new/", views.new, name="room_new"),
    path("r/<str:room_id>", views.room, name="room"),
    path("r/<str:room_id>/edit/", views.edit, name="room_edit"),
    path("r/<str:room_id>/calendar.ics", views.calendar_file, name="room_calendar"),
    path("history/", views.past_rooms, name="history"),
    path("i/<str:token>", views.invited, name="room_invited"),
]
