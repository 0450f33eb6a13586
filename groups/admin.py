"""Bodies and people in the admin, to look at: changes go through the staff screens, which tell the five rules."""

from django.contrib import admin

from groups.models import Appointment, Bkm, Group, Holiday, Member, Programme, Region, Upk
from users.admin_site import WindowAdmin


@admin.register(Bkm, Programme)
class BodyAdmin(WindowAdmin):
    list_display = ["code", "name"]
    search_fields = ["code", "name"]


@admin.register(Upk)
class UpkAdmin(WindowAdmin):
    list_display = ["name", "bkm"]
    list_select_related = ["bkm"]


@admin.register(Group)
class GroupAdmin(WindowAdmin):
    list_display = ["code", "name", "bkm", "start_on", "end_on"]
    list_select_related = ["bkm"]
    search_fields = ["code", "name"]


@admin.register(Member)
class MemberAdmin(WindowAdmin):
    list_display = ["name", "no", "group", "office"]
    list_select_related = ["group"]
    search_fields = ["name", "group__code"]
    exclude = ["nik"]  # shown on request alone, on the member's own screen


@admin.register(Appointment)
class AppointmentAdmin(WindowAdmin):
    list_display = ["user", "role", "group", "bkm", "from_on", "to_on"]
    list_select_related = ["user", "group", "bkm"]
    search_fields = ["user__name", "user__username"]


@admin.register(Holiday)
class HolidayAdmin(WindowAdmin):
    list_display = ["week_start", "reason", "group", "bkm"]
    list_select_related = ["group", "bkm"]


@admin.register(Region)
class RegionAdmin(WindowAdmin):
    list_display = ["code", "name", "edited"]
    search_fields = ["code", "name"]
