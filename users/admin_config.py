"""Makes the administrators' site the admin's default one; apart from it, because apps load before models."""

from django.contrib.admin.apps import AdminConfig


class AdministratorAdminConfig(AdminConfig):
    default_site = "users.admin_site.AdministratorSite"
