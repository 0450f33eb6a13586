"""The small books of a group's house: who held which office, who visited, and what the group owns."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groups.models.bodies import Group
from groups.models.people import Member
from ledger.belonging import RoutesMeet


class OfficeTerm(models.Model):
    """Who held an office from a day on. `to_on` is the first day she no longer held it."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="office_terms")
    member = models.ForeignKey(Member, models.PROTECT, related_name="office_terms")
    office = models.CharField(_("office"), max_length=10, choices=Member.Office.choices)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("term of office")
        verbose_name_plural = _("terms of office")
        ordering = ["group", "from_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "office"], condition=Q(to_on=None), name="groups_term_one_open_an_office"
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gt=F("from_on")), name="groups_term_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(office="anggota"), name="groups_term_of_an_office"),
            RoutesMeet(routes=("group", "member__group"), name="groups_term_one_group"),
        ]

    def __str__(self) -> str:
        return f"{self.get_office_display()} {self.member}"


class Guest(models.Model):
    """One line of the guest book."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="guests")
    no = models.IntegerField(_("number"))
    on = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=100)
    origin = models.CharField(_("from where"), max_length=100, blank=True)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        ordering = ["group", "on", "no"]
        constraints = [models.UniqueConstraint(fields=["group", "no"], name="groups_guest_no_unique")]

    def __str__(self) -> str:
        return self.name


class InventoryItem(models.Model):
    """Something the group owns. It stays in the list when it is written off; `value` is what it cost, in rupiah."""

    class Condition(models.TextChoices):
        GOOD = "baik", _("good")
        WORN = "sedang", _("worn")
        BROKEN = "rusak", _("broken")

    group = models.ForeignKey(Group, models.CASCADE, related_name="inventory")
    no = models.IntegerField(_("number"))
    name = models.CharField(_("item"), max_length=100)
    acquired_on = models.DateField(_("acquired on"))
    source = models.CharField(_("acquired from"), max_length=100, blank=True)
    quantity = models.IntegerField(_("quantity"))
    value = models.BigIntegerField(_("value"))
    condition = models.CharField(_("condition"), max_length=6, choices=Condition.choices, default=Condition.GOOD)
    place = models.CharField(_("kept where"), max_length=100, blank=True)
    written_off_on = models.DateField(_("written off on"), null=True, blank=True)
    written_off_why = models.CharField(_("why written off"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("inventory item")
        verbose_name_plural = _("inventory")
        ordering = ["group", "no"]
        constraints = [
            models.UniqueConstraint(fields=["group", "no"], name="groups_inventory_no_unique"),
            models.CheckConstraint(condition=Q(quantity__gte=1, value__gte=0), name="groups_inventory_amounts"),
            models.CheckConstraint(
                condition=Q(written_off_on=None, written_off_why="")
                | Q(written_off_on__gte=F("acquired_on")) & ~Q(written_off_why=""),
                name="groups_inventory_written_off_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class InventoryChange(models.Model):
    """What an item's line said before somebody changed it: field → old value, as text."""

    item = models.ForeignKey(InventoryItem, models.CASCADE, related_name="changes")
    on = models.DateField(_("date"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    before = models.JSONField()

    class Meta:
        verbose_name = _("change of inventory")
        verbose_name_plural = _("changes of inventory")
        ordering = ["item", "pk"]

    def __str__(self) -> str:
        return f"{self.item} {self.on}"
