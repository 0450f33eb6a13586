"""Addresses of the papers."""

from django.urls import URLPattern, URLResolver, path

from reports import export_views, savings_papers, upk_views, views
from reports.lending import views as lending
from reports.members import views as members
from reports.statements import views as statements

urlpatterns: list[URLPattern | URLResolver] = [
    path("g/<code:code>/books/", statements.books, name="books"),
    path("g/<code:code>/books/<slug:statement>/", statements.statement, name="statement"),
    path("g/<code:code>/books/<slug:statement>/paper/", statements.statement_paper, name="statement_paper"),
    path("g/<code:code>/books/<slug:statement>.xlsx", statements.statement_xlsx, name="statement_xlsx"),
    path("g/<code:code>/entries/<number:number>/", statements.entry, name="entry"),
    path("b/<code:code>/upk/books/", statements.upk_books, name="upk_books"),
    path("b/<code:code>/upk/books/<slug:statement>/", statements.upk_statement, name="upk_statement"),
    path("b/<code:code>/upk/books/<slug:statement>/paper/", statements.upk_statement_paper, name="upk_statement_paper"),
    path("b/<code:code>/upk/books/<slug:statement>.xlsx", statements.upk_statement_xlsx, name="upk_statement_xlsx"),
    path("g/<code:code>/take-out/", export_views.take_out, name="take_out"),
    path(
        "g/<code:code>/take-out/beancount/",
        export_views.take_out_ledger,
        {"form": "beancount"},
        name="take_out_beancount",
    ),
    path("g/<code:code>/take-out/hledger/", export_views.take_out_ledger, {"form": "hledger"}, name="take_out_hledger"),
    path("g/<code:code>/papers/", views.group_papers, name="papers"),
    path("g/<code:code>/papers/attendance/<day:on>/", views.attendance, name="paper_attendance"),
    path("g/<code:code>/papers/sheet/<day:on>/", views.blank_sheet, name="paper_blank_sheet"),
    path("g/<code:code>/papers/requests/<number:no>/", lending.application, name="paper_application"),
    path("g/<code:code>/papers/loans/<number:no>/agreement/", lending.agreement, name="paper_agreement"),
    path("g/<code:code>/papers/due/<day:monday>/", lending.due, name="paper_due"),
    path("g/<code:code>/papers/posted/<day:on>/", views.posted_sheet, name="paper_posted_sheet"),
    path("g/<code:code>/papers/minutes/<day:on>/", views.minutes, name="paper_minutes"),
    path("g/<code:code>/papers/receipt/<day:on>/", views.receipt, name="paper_receipt"),
    path("g/<code:code>/papers/kwitansi/<day:on>/", views.receipts, name="paper_receipts"),
    path("g/<code:code>/papers/kwitansi/entry/<number:number>/", views.member_receipt, name="paper_member_receipt"),
    path("g/<code:code>/papers/balances/<day:on>/", members.balances, name="paper_balances"),
    path("g/<code:code>/passbooks/", members.passbooks_list, name="passbooks"),
    path("g/<code:code>/passbooks/<number:no>/", members.passbook, name="passbook"),
    path("g/<code:code>/papers/passbooks/", members.passbooks_paper, name="paper_passbooks"),
    path("g/<code:code>/papers/passbooks/<number:no>/", members.passbook_paper, name="paper_passbook"),
    path("g/<code:code>/papers/guests/", members.guests, name="paper_guests"),
    path("g/<code:code>/papers/inventory/", members.inventory, name="paper_inventory"),
    path("g/<code:code>/papers/officers/", members.officers, name="paper_officers"),
    path("g/<code:code>/papers/minutes-book/", members.minutes_book, name="paper_minutes_book"),
    path("g/<code:code>/papers/corrections/", members.corrections, name="paper_corrections"),
    path("g/<code:code>/papers/paid/<number:number>/", savings_papers.paid_list, name="paper_paid_list"),
    path("g/<code:code>/papers/voucher/<number:number>/", savings_papers.voucher, name="paper_voucher"),
    path("g/<code:code>/papers/surplus/<number:year>/", savings_papers.surplus_list, name="paper_surplus"),
    path("b/<code:code>/papers/", views.bkm_papers, name="bkm_papers"),
    path("b/<code:code>/papers/attendance/<day:monday>/", views.bkm_attendance, name="paper_bkm_attendance"),
    path("b/<code:code>/upk/papers/receipt/<number:number>/", upk_views.receipt, name="paper_upk_receipt"),
    path("b/<code:code>/upk/papers/month/<day:month>/", upk_views.month, name="paper_upk_month"),
]
