"""Addresses of `users`."""

from django.urls import URLPattern, URLResolver, path

from users import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("masuk/", views.sign_in, name="sign_in"),
    path("keluar/", views.sign_out, name="sign_out"),
    path("sandi/", views.change_password, name="change_password"),
    path("bahasa/", views.set_language, name="set_language"),
    path("tampilan/", views.set_theme, name="set_theme"),
]
