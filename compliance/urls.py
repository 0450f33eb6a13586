"""Addresses of the five rules."""

from django.urls import path

from compliance import views

urlpatterns = [
    path("b/<code:code>/", views.bkm_dashboard, name="bkm_dashboard"),
    path("b/<code:code>/groups.xlsx", views.bkm_dashboard_xlsx, name="bkm_dashboard_xlsx"),
    path("g/<code:code>/members/<number:no>/weeks/", views.member_weeks, name="member_weeks"),
    path("g/<code:code>/health/", views.group_health, name="group_health"),
    path("g/<code:code>/health/<slug:rule>/", views.group_evidence, name="group_evidence"),
]
