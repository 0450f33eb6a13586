"""Addresses of the five rules."""

from django.urls import path

from compliance import views

urlpatterns = [
    path("g/<code:code>/health/", views.group_health, name="group_health"),
    path("b/<code:code>/", views.bkm_dashboard, name="bkm_dashboard"),
]
