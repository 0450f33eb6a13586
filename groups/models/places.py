"""Kemendagri regions. Bodies keep the code as text, so that a well-formed code the list does not know yet is kept."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class Region(models.Model):
    """A province, regency, district or village: `33`, `33.25`, `33.25.01`, `33.25.01.2001`."""

    code = models.CharField(_("code"), max_length=13, primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    # Its name and its ancestors', in small letters: `groups.regions.search_text`.
    search = models.TextField(editable=False, default="", db_collation="C")
    # A person changed the name: loading the list again keeps it.
    edited = models.BooleanField(_("named by hand"), default=False)

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]
        indexes = [GinIndex(fields=["search"], name="groups_region_search", opclasses=["gin_trgm_ops"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$"),
                name="groups_region_code_well_formed",
            )
        ]

    def __str__(self) -> str:
        return self.name
