"""Addresses of `savings`."""

from django.urls import URLPattern, URLResolver, path

from savings import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("g/<code:code>/settings/savings/", views.savings_terms, name="savings_terms"),
]
