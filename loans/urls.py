"""Addresses of `loans`: a loan and a request each by its number in the group."""

from django.urls import URLPattern, URLResolver, path

from loans import views
from loans.views import upk_book, upk_figures

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
]
