"""All addresses. Codes and dates, never another tenant's primary key."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("users.urls")),
    path("", include("groups.urls")),
    path("", include("savings.urls")),
    path("", include("meetings.urls")),
    path("", include("loans.urls")),
    path("", include("loans.life_urls")),
    path("", include("compliance.urls")),
    path("", include("reports.urls")),
]
