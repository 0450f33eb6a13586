"""Which gate each address stands behind, written down: a view that changes its gate has to change this too."""

GATES = {
    "administrator": """
        bkm_new programme_edit programme_new programmes region_edit region_new regions staff_overview
        staff_people staff_person staff_person_new staff_person_reset
    """,
    "bkm: decide_upk": """
        upk_request_decide upk_request_sign upk_rules
    """,
    "bkm: import_book": """
        import_book import_check import_discard
    """,
    "bkm: manage_bkm": """
        bkm_appointment_edit bkm_appointment_end bkm_edit bkm_holiday_cancel bkm_holidays bkm_people bkm_person
        bkm_person_known bkm_person_new bkm_person_reset bkm_settings collectability group_new upk upk_bounds
    """,
    "bkm: post_upk": """
        upk_correct upk_loan_answer upk_loan_receive upk_money upk_payoff upk_request_disburse upk_reschedule
        upk_reschedule_back upk_reserve_back upk_reserve_write upk_reward upk_reward_back upk_waive upk_waiver_back
        upk_write_off upk_write_off_back
    """,
    "bkm: ratify_upk": """
        upk_request_ratify
    """,
    "bkm: view_bkm": """
        bkm_arrears bkm_dashboard bkm_dashboard_xlsx bkm_objections bkm_papers paper_bkm_attendance
    """,
    "bkm: view_upk": """
        paper_upk_month paper_upk_receipt upk_book upk_book_entry upk_books upk_indicators upk_lending upk_loan
        upk_loan_book upk_payoff_print upk_portfolio upk_portfolio_xlsx upk_reconcile upk_request
        upk_reschedule_print upk_reserve upk_rewards upk_statement upk_statement_paper upk_statement_xlsx
        upk_waiver_print upk_write_off_print
    """,
    "group: agree_rules": """
        lending_rules_new
    """,
    "group: close_month": """
        close_month
    """,
    "group: correct": """
        add_disbursement add_expense add_hand_over add_income cash_take_back correct correct_attendance
        settlement_back
    """,
    "group: correct_closed": """
        surplus_back
    """,
    "group: decide_loan": """
        loan_request_decide
    """,
    "group: export_book": """
        take_out take_out_beancount take_out_hledger
    """,
    "group: keep_cash": """
        cash_bank cash_count cash_pay cash_receive loan_release savings_everybody savings_gift savings_pay_out
        savings_transfer
    """,
    "group: keep_minutes": """
        balances_record choose_day compare discard_draft guest_edit guest_new item_edit item_new item_off minutes
        objection_new save_draft sheet take_notes
    """,
    "group: manage_group": """
        group_appointment_edit group_appointment_end group_edit group_holiday_cancel group_holidays group_people
        group_person group_person_known group_person_new group_person_reset group_settings savings_terms
    """,
    "group: manage_members": """
        member_edit member_new member_return members_several offices
    """,
    "group: pay_upk": """
        upk_announce
    """,
    "group: post_sheet": """
        check
    """,
    "group: print_papers": """
        loan_card_print loan_quote_print loan_step_print member_leave_print paper_agreement paper_application
        paper_attendance paper_balances paper_blank_sheet paper_corrections paper_due paper_guests paper_inventory
        paper_member_receipt paper_minutes paper_minutes_book paper_officers paper_paid_list paper_passbook
        paper_passbooks paper_posted_sheet paper_receipt paper_receipts paper_surplus paper_voucher papers
        statement_paper statement_xlsx upk_agreement_print upk_application_print upk_card_print upk_notice_print
        upk_statement_print
    """,
    "group: request_loan": """
        loan_request loan_request_withdraw
    """,
    "group: request_upk": """
        group_upk_withdraw upk_ask
    """,
    "group: resolve_difference": """
        cash_difference difference objection_answer objection_owner
    """,
    "group: settle_loan": """
        loan_step loan_step_undo member_leave member_leave_undo
    """,
    "group: share_surplus": """
        surplus_decide surplus_split
    """,
    "group: view_group": """
        balances books cash closing corrections debt_list entry fund group_evidence group_health group_home
        group_upk group_upk_loan group_upk_request guests inventory lending_rules loan_arrears loan_card loan_list
        loan_queue loan_request_detail meeting_list member_weeks members objections officers_book passbook passbooks
        posted_sheet receipt savings savings_list statement surplus surplus_year
    """,
    "personal": """
        change_password home region_search
    """,
    "public": """
        set_language set_theme sign_in sign_out
    """,
}
"""Kind of gate, and the permission it asks for → names of addresses."""
