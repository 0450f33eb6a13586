"""Addresses of `savings`."""

from django.urls import URLPattern, URLResolver, path

from savings import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("g/<code:code>/settings/savings/", views.savings_terms, name="savings_terms"),
    path("g/<code:code>/savings/", views.savings, name="savings"),
    path("g/<code:code>/savings/everybody/", views.savings_everybody, name="savings_everybody"),
    path("g/<code:code>/savings/gift/", views.savings_gift, name="savings_gift"),
    path("g/<code:code>/savings/list/<number:number>/", views.savings_list, name="savings_list"),
    path("g/<code:code>/savings/<number:no>/out/", views.savings_pay_out, name="savings_pay_out"),
    path("g/<code:code>/savings/<number:no>/move/", views.savings_transfer, name="savings_transfer"),
    path("g/<code:code>/settings/surplus/", views.surplus_split, name="surplus_split"),
    path("g/<code:code>/surplus/", views.surplus, name="surplus"),
    path("g/<code:code>/surplus/<number:year>/", views.surplus_year, name="surplus_year"),
    path("g/<code:code>/surplus/<number:year>/decide/", views.surplus_decide, name="surplus_decide"),
]
