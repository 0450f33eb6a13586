"""Addresses of a loan's life, and of members who leave and come back."""

from django.urls import URLPattern, URLResolver, path

from loans.views import life

urlpatterns: list[URLPattern | URLResolver] = [
    path("g/<code:code>/loans/written-off/", life.debt_list, name="debt_list"),
    path("g/<code:code>/loans/<number:no>/quote/", life.loan_quote_print, name="loan_quote_print"),
    path("g/<code:code>/loans/<number:no>/do/<slug:deed>/", life.loan_step, name="loan_step"),
    path("g/<code:code>/loans/<number:no>/steps/<number:number>/", life.loan_step_print, name="loan_step_print"),
    path("g/<code:code>/loans/<number:no>/steps/<number:number>/undo/", life.loan_step_undo, name="loan_step_undo"),
    path("g/<code:code>/members/<number:no>/leave/", life.member_leave, name="member_leave"),
    path("g/<code:code>/members/<number:no>/leave/print/", life.member_leave_print, name="member_leave_print"),
    path("g/<code:code>/members/<number:no>/leave/undo/", life.member_leave_undo, name="member_leave_undo"),
    path("g/<code:code>/members/<number:no>/return/", life.member_return, name="member_return"),
]
