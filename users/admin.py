"""Persons in the admin, to look at: who is let in is changed on the administrators' own screens."""

from django.contrib import admin
from django.contrib.auth.admin import Group  # its module has registered it by now

from users.admin_site import WindowAdmin
from users.models import User

admin.site.unregister(Group)  # what anybody may do comes from appointments


@admin.register(User)
class PersonAdmin(WindowAdmin):
    list_display = ["username", "name", "phone", "is_active", "is_superuser"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["username", "name", "phone"]
    ordering = ["username"]
    exclude = ["password", "groups", "user_permissions"]
