"""Addresses of `loans`: a loan and a request each by its number in the group."""

from django.urls import URLPattern, URLResolver, path

from loans import views
from loans.views import (
    upk_book,
    upk_figures,
    upk_group,
    upk_lending,
    upk_losses,
    upk_payoff,
    upk_reschedules,
    upk_waivers,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("g/<code:code>/loans/", views.loan_list, name="loan_list"),
    path("g/<code:code>/loans/new/", views.loan_request, name="loan_request"),
    path("g/<code:code>/loans/requests/<number:no>/", views.loan_request_detail, name="loan_request_detail"),
    path("g/<code:code>/loans/requests/<number:no>/decide/", views.loan_request_decide, name="loan_request_decide"),
    path(
        "g/<code:code>/loans/requests/<number:no>/withdraw/", views.loan_request_withdraw, name="loan_request_withdraw"
    ),
    path("g/<code:code>/loans/queue/", views.loan_queue, name="loan_queue"),
    path("g/<code:code>/loans/arrears/", views.loan_arrears, name="loan_arrears"),
    path("g/<code:code>/loans/<number:no>/", views.loan_card, name="loan_card"),
    path("g/<code:code>/loans/<number:no>/release/", views.loan_release, name="loan_release"),
    path("b/<code:code>/arrears/", views.bkm_arrears, name="bkm_arrears"),
    path("b/<code:code>/settings/classes/", views.collectability, name="collectability"),
    path("g/<code:code>/loans/<number:no>/print/", views.loan_card_print, name="loan_card_print"),
    # a UPK's own book
    path("b/<code:code>/upk/book/", upk_book.upk_book, name="upk_book"),
    path("b/<code:code>/upk/book/new/", upk_book.upk_money, name="upk_money"),
    path("b/<code:code>/upk/book/<number:number>/", upk_book.upk_entry, name="upk_book_entry"),
    path("b/<code:code>/upk/book/<number:number>/correct/", upk_book.upk_correct, name="upk_correct"),
    path("b/<code:code>/upk/indicators/", upk_figures.upk_indicators, name="upk_indicators"),
    path("b/<code:code>/upk/indicators/bounds/", upk_figures.upk_bounds, name="upk_bounds"),
    path("b/<code:code>/upk/portfolio/", upk_figures.upk_portfolio, name="upk_portfolio"),
    path("b/<code:code>/upk/portfolio/<number:no>/", upk_figures.upk_loan_book, name="upk_loan_book"),
    path("b/<code:code>/upk/portfolio.xlsx", upk_figures.upk_portfolio_xlsx, name="upk_portfolio_xlsx"),
    path("b/<code:code>/upk/reserve/", upk_figures.upk_reserve_page, name="upk_reserve"),
    path("b/<code:code>/upk/reserve/<day:month>/write/", upk_figures.upk_reserve_write, name="upk_reserve_write"),
    path("b/<code:code>/upk/reserve/<number:number>/back/", upk_figures.upk_reserve_back, name="upk_reserve_back"),
    path("b/<code:code>/upk/rewards/", upk_figures.upk_rewards, name="upk_rewards"),
    path("b/<code:code>/upk/rewards/<number:no>/", upk_figures.upk_reward, name="upk_reward"),
    path("b/<code:code>/upk/rewards/<number:no>/back/", upk_figures.upk_reward_back, name="upk_reward_back"),
    # a UPK's loans to KSM, seen by the UPK
    path("b/<code:code>/upk/", upk_lending.upk_lending, name="upk_lending"),
    path("b/<code:code>/upk/rules/", upk_lending.upk_rules, name="upk_rules"),
    path("b/<code:code>/upk/reconcile/", upk_lending.upk_reconcile, name="upk_reconcile"),
    path("b/<code:code>/upk/requests/<number:no>/", upk_lending.upk_request, name="upk_request"),
    path("b/<code:code>/upk/requests/<number:no>/sign/", upk_lending.upk_request_sign, name="upk_request_sign"),
    path("b/<code:code>/upk/requests/<number:no>/decide/", upk_lending.upk_request_decide, name="upk_request_decide"),
    path("b/<code:code>/upk/requests/<number:no>/ratify/", upk_lending.upk_request_ratify, name="upk_request_ratify"),
    path(
        "b/<code:code>/upk/requests/<number:no>/disburse/",
        upk_lending.upk_request_disburse,
        name="upk_request_disburse",
    ),
    path("b/<code:code>/upk/loans/<number:no>/", upk_lending.upk_loan, name="upk_loan"),
    path("b/<code:code>/upk/loans/<number:no>/receive/", upk_lending.upk_loan_receive, name="upk_loan_receive"),
    path("b/<code:code>/upk/loans/<number:no>/answer/", upk_lending.upk_loan_answer, name="upk_loan_answer"),
    path("b/<code:code>/upk/loans/<number:no>/payoff/", upk_payoff.upk_payoff, name="upk_payoff"),
    path("b/<code:code>/upk/loans/<number:no>/payoff/print/", upk_payoff.upk_payoff_print, name="upk_payoff_print"),
    path("b/<code:code>/upk/loans/<number:no>/waive/", upk_waivers.upk_waive, name="upk_waive"),
    path(
        "b/<code:code>/upk/loans/<number:no>/waivers/<number:number>/back/",
        upk_waivers.upk_waiver_back,
        name="upk_waiver_back",
    ),
    path(
        "b/<code:code>/upk/loans/<number:no>/waivers/<number:number>/print/",
        upk_waivers.upk_waiver_print,
        name="upk_waiver_print",
    ),
    path("b/<code:code>/upk/loans/<number:no>/reschedule/", upk_reschedules.upk_reschedule, name="upk_reschedule"),
    path(
        "b/<code:code>/upk/loans/<number:no>/reschedule/back/",
        upk_reschedules.upk_reschedule_back,
        name="upk_reschedule_back",
    ),
    path(
        "b/<code:code>/upk/loans/<number:no>/reschedule/print/",
        upk_reschedules.upk_reschedule_print,
        name="upk_reschedule_print",
    ),
    path("b/<code:code>/upk/loans/<number:no>/write-off/", upk_losses.upk_write_off, name="upk_write_off"),
    path(
        "b/<code:code>/upk/loans/<number:no>/write-off/back/", upk_losses.upk_write_off_back, name="upk_write_off_back"
    ),
    path(
        "b/<code:code>/upk/loans/<number:no>/write-off/print/",
        upk_losses.upk_write_off_print,
        name="upk_write_off_print",
    ),
    # and by the KSM
    path("g/<code:code>/upk/", upk_group.group_upk, name="group_upk"),
    path("g/<code:code>/upk/ask/", upk_group.upk_ask, name="upk_ask"),
    path("g/<code:code>/upk/notice/", upk_group.upk_notice_print, name="upk_notice_print"),
    path("g/<code:code>/upk/requests/<number:no>/", upk_group.group_upk_request, name="group_upk_request"),
    path("g/<code:code>/upk/requests/<number:no>/withdraw/", upk_group.group_upk_withdraw, name="group_upk_withdraw"),
    path(
        "g/<code:code>/upk/requests/<number:no>/application/",
        upk_group.upk_application_print,
        name="upk_application_print",
    ),
    path(
        "g/<code:code>/upk/requests/<number:no>/statement/", upk_group.upk_statement_print, name="upk_statement_print"
    ),
    path("g/<code:code>/upk/loans/<number:no>/", upk_group.group_upk_loan, name="group_upk_loan"),
    path("g/<code:code>/upk/loans/<number:no>/announce/", upk_group.upk_announce, name="upk_announce"),
    path("g/<code:code>/upk/loans/<number:no>/agreement/", upk_group.upk_agreement_print, name="upk_agreement_print"),
    path("g/<code:code>/upk/loans/<number:no>/card/", upk_group.upk_card_print, name="upk_card_print"),
]
