"""Addresses of `groups`."""

from django.urls import URLPattern, URLResolver, path

from groups.views import accounts, bodies, holidays, home, house, members, people, staff

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("regions/search", home.region_search, name="region_search"),
    # a KSM
    path("g/<code:code>/members/", members.members, name="members"),
    path("g/<code:code>/members/new/", members.member_new, name="member_new"),
    path("g/<code:code>/members/several/", members.members_several, name="members_several"),
    path("g/<code:code>/members/offices/", members.offices, name="offices"),
    path("g/<code:code>/members/<number:no>/edit/", members.member_edit, name="member_edit"),
    path("g/<code:code>/members/officers/", house.officers, name="officers_book"),
    path("g/<code:code>/guests/", house.guests, name="guests"),
    path("g/<code:code>/guests/new/", house.guest_new, name="guest_new"),
    path("g/<code:code>/guests/<number:no>/", house.guest_edit, name="guest_edit"),
    path("g/<code:code>/inventory/", house.inventory, name="inventory"),
    path("g/<code:code>/inventory/new/", house.item_new, name="item_new"),
    path("g/<code:code>/inventory/<number:no>/", house.item_edit, name="item_edit"),
    path("g/<code:code>/inventory/<number:no>/off/", house.item_off, name="item_off"),
    path("g/<code:code>/settings/", bodies.group_settings, name="group_settings"),
    path("g/<code:code>/settings/about/", bodies.group_edit, name="group_edit"),
    path("g/<code:code>/settings/holidays/", holidays.group_holidays, name="group_holidays"),
    path(
        "g/<code:code>/settings/holidays/<day:monday>/cancel/",
        holidays.group_holiday_cancel,
        name="group_holiday_cancel",
    ),
    path("g/<code:code>/people/", people.group_people, name="group_people"),
    path("g/<code:code>/people/new/", people.group_person_new, name="group_person_new"),
    path("g/<code:code>/people/known/", people.group_person_known, name="group_person_known"),
    path("g/<code:code>/people/p/<username:username>/", people.group_person, name="group_person"),
    path("g/<code:code>/people/p/<username:username>/reset/", people.group_person_reset, name="group_person_reset"),
    path(
        "g/<code:code>/people/p/<username:username>/<slug:role>/<day:from_on>/edit/",
        people.group_appointment_edit,
        name="group_appointment_edit",
    ),
    path(
        "g/<code:code>/people/p/<username:username>/<slug:role>/<day:from_on>/end/",
        people.group_appointment_end,
        name="group_appointment_end",
    ),
    # a BKM
    path("b/<code:code>/settings/", bodies.bkm_settings, name="bkm_settings"),
    path("b/<code:code>/settings/about/", bodies.bkm_edit, name="bkm_edit"),
    path("b/<code:code>/settings/upk/", bodies.upk, name="upk"),
    path("b/<code:code>/settings/holidays/", holidays.bkm_holidays, name="bkm_holidays"),
    path(
        "b/<code:code>/settings/holidays/<day:monday>/cancel/", holidays.bkm_holiday_cancel, name="bkm_holiday_cancel"
    ),
    path("b/<code:code>/groups/new/", bodies.group_new, name="group_new"),
    path("b/<code:code>/people/", people.bkm_people, name="bkm_people"),
    path("b/<code:code>/people/new/", people.bkm_person_new, name="bkm_person_new"),
    path("b/<code:code>/people/known/", people.bkm_person_known, name="bkm_person_known"),
    path("b/<code:code>/people/p/<username:username>/", people.bkm_person, name="bkm_person"),
    path("b/<code:code>/people/p/<username:username>/reset/", people.bkm_person_reset, name="bkm_person_reset"),
    path(
        "b/<code:code>/people/p/<username:username>/<slug:role>/<day:from_on>/edit/",
        people.bkm_appointment_edit,
        name="bkm_appointment_edit",
    ),
    path(
        "b/<code:code>/people/p/<username:username>/<slug:role>/<day:from_on>/end/",
        people.bkm_appointment_end,
        name="bkm_appointment_end",
    ),
    # administrators
    path("staff/", staff.staff_overview, name="staff_overview"),
    path("staff/bkm/new/", staff.bkm_new, name="bkm_new"),
    path("staff/programmes/", staff.programmes, name="programmes"),
    path("staff/programmes/new/", staff.programme_new, name="programme_new"),
    path("staff/programmes/p/<code:programme>/", staff.programme_edit, name="programme_edit"),
    path("staff/people/", accounts.staff_people, name="staff_people"),
    path("staff/people/new/", accounts.staff_person_new, name="staff_person_new"),
    path("staff/people/p/<username:username>/", accounts.staff_person, name="staff_person"),
    path("staff/people/p/<username:username>/reset/", accounts.staff_person_reset, name="staff_person_reset"),
    path("staff/regions/", staff.regions, name="regions"),
    path("staff/regions/new/", staff.region_new, name="region_new"),
    path("staff/regions/<region:region>/", staff.region_edit, name="region_edit"),
]
