"""Addresses of the treasurer's week."""

from django.urls import path

from meetings import import_views, views

urlpatterns = [
    path("g/<code:code>/", views.group_home, name="group_home"),
    path("g/<code:code>/meetings/", views.meeting_list, name="meeting_list"),
    path("g/<code:code>/meetings/day/", views.choose_day, name="choose_day"),
    path("g/<code:code>/meetings/<day:on>/sheet/", views.sheet, name="sheet"),
    path("g/<code:code>/meetings/<day:on>/draft/", views.save_draft, name="save_draft"),
    path("g/<code:code>/meetings/<day:on>/discard/", views.discard_draft, name="discard_draft"),
    path("g/<code:code>/meetings/<day:on>/minutes/", views.minutes, name="minutes"),
    path("g/<code:code>/meetings/<day:on>/check/", views.check_page, name="check"),
    path("g/<code:code>/meetings/<day:on>/compare/", views.compare, name="compare"),
    path("g/<code:code>/meetings/<day:on>/receipt/", views.receipt, name="receipt"),
    path("g/<code:code>/meetings/<day:on>/posted/", views.posted_sheet, name="posted_sheet"),
    path("g/<code:code>/meetings/<day:on>/difference/", views.difference, name="cash_difference"),
    path("g/<code:code>/meetings/<day:on>/attendance/", views.correct_attendance, name="correct_attendance"),
    path("g/<code:code>/meetings/<day:on>/add/", views.add_hand_over, name="add_hand_over"),
    path("g/<code:code>/entries/<number:number>/correct/", views.correct, name="correct"),
    path("g/<code:code>/corrections/", views.corrections, name="corrections"),
    path("g/<code:code>/balances/<day:on>/", views.balances, name="balances"),
    path("g/<code:code>/balances/<day:on>/record/", views.balances_record, name="balances_record"),
    path("g/<code:code>/objections/", views.objections, name="objections"),
    path("g/<code:code>/objections/new/", views.objection_new, name="objection_new"),
    path("g/<code:code>/objections/<number:no>/answer/", views.objection_answer, name="objection_answer"),
    path("g/<code:code>/objections/<number:no>/owner/", views.objection_owner, name="objection_owner"),
    path("b/<code:code>/objections/", views.bkm_objections, name="bkm_objections"),
    path("g/<code:code>/settings/lending/", views.lending_rules, name="lending_rules"),
    path("g/<code:code>/settings/lending/new/", views.lending_rules_new, name="lending_rules_new"),
    path("g/<code:code>/closing/", views.closing, name="closing"),
    path("g/<code:code>/closing/close/", views.close_month, name="close_month"),
    path("b/<code:code>/import/", import_views.import_book, name="import_book"),
    path("b/<code:code>/import/check/", import_views.import_check, name="import_check"),
    path("b/<code:code>/import/discard/", import_views.import_discard, name="import_discard"),
]
