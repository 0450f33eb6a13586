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


ANSWERS = {
    "GET 200": """
        balances bkm_appointment_edit bkm_appointment_end bkm_arrears bkm_dashboard bkm_dashboard_xlsx bkm_edit
        bkm_holidays bkm_new bkm_objections bkm_papers bkm_people bkm_person bkm_person_known bkm_person_new
        bkm_settings books cash cash_bank cash_count cash_pay cash_receive change_password choose_day closing
        collectability corrections debt_list fund group_appointment_edit group_appointment_end group_edit
        group_evidence group_health group_holidays group_new group_people group_person group_person_known
        group_person_new group_settings group_upk guest_new guests import_book inventory item_new lending_rules
        lending_rules_new loan_arrears loan_list loan_queue loan_request meeting_list member_edit member_leave
        member_new member_return member_weeks members members_several minutes objection_new objections officers_book
        offices paper_attendance paper_balances paper_bkm_attendance paper_blank_sheet paper_corrections paper_due
        paper_guests paper_inventory paper_minutes_book paper_officers paper_passbook paper_passbooks paper_upk_month
        papers passbook passbooks programme_edit programme_new programmes region_edit region_new region_search regions
        savings savings_everybody savings_gift savings_pay_out savings_terms savings_transfer sheet staff_overview
        staff_people staff_person staff_person_new statement statement_paper statement_xlsx surplus surplus_split
        surplus_year take_out take_out_beancount take_out_hledger upk upk_ask upk_books upk_bounds upk_indicators
        upk_lending upk_money upk_notice_print upk_portfolio upk_portfolio_xlsx upk_reconcile upk_reserve upk_rewards
        upk_rules upk_statement upk_statement_paper upk_statement_xlsx
    """,
    "GET 302": """
        check close_month compare import_check upk_book
    """,
    "GET 404": """
        add_disbursement add_expense add_hand_over add_income cash_difference cash_take_back correct correct_attendance
        difference entry group_upk_loan group_upk_request guest_edit item_edit item_off loan_card loan_card_print
        loan_quote_print loan_request_detail loan_step loan_step_print loan_step_undo member_leave_print
        member_leave_undo objection_answer objection_owner paper_agreement paper_application paper_member_receipt
        paper_minutes paper_paid_list paper_posted_sheet paper_receipt paper_receipts paper_surplus paper_upk_receipt
        paper_voucher posted_sheet receipt savings_list settlement_back surplus_back upk_agreement_print upk_announce
        upk_application_print upk_book_entry upk_card_print upk_correct upk_loan upk_loan_book upk_payoff
        upk_payoff_print upk_request upk_reschedule upk_reschedule_back upk_reschedule_print upk_reserve_back
        upk_reward upk_reward_back upk_statement_print upk_waive upk_waiver_back upk_waiver_print upk_write_off
        upk_write_off_back upk_write_off_print
    """,
    "POST 200": """
        loan_request save_draft staff_person_reset take_out
    """,
    "POST 302": """
        check close_month discard_draft import_check import_discard minutes set_language set_theme sheet sign_out
        surplus_back take_notes
    """,
    "POST 404": """
        add_disbursement add_expense add_hand_over add_income bkm_holiday_cancel cash_take_back correct
        correct_attendance difference group_holiday_cancel group_upk_withdraw guest_edit item_edit item_off
        loan_release loan_request_decide loan_request_withdraw loan_step loan_step_undo member_leave_undo
        objection_answer objection_owner settlement_back upk_announce upk_correct upk_loan_answer upk_loan_receive
        upk_payoff upk_request_decide upk_request_disburse upk_request_ratify upk_request_sign upk_reschedule
        upk_reschedule_back upk_reserve_back upk_reward upk_reward_back upk_waive upk_waiver_back upk_write_off
        upk_write_off_back
    """,
    "POST 422": """
        balances_record bkm_appointment_edit bkm_appointment_end bkm_edit bkm_holidays bkm_new bkm_person_known
        bkm_person_new cash_bank cash_count cash_pay cash_receive change_password collectability group_appointment_edit
        group_appointment_end group_edit group_holidays group_new group_person_known group_person_new guest_new
        import_book item_new lending_rules_new member_edit member_leave member_new member_return members_several
        objection_new offices programme_edit programme_new region_edit region_new savings_everybody savings_gift
        savings_pay_out savings_terms savings_transfer staff_person staff_person_new surplus_decide surplus_split upk
        upk_ask upk_bounds upk_money upk_reserve_write upk_rules
    """,
}
"""Method and code → names of addresses that answer so to whoever is let in, about the bodies of `tests/addresses.py`.

Where a method is not named, the address does not take it (405). Empty forms are refused (422); 404 has passed the
gate and found nothing under its number or day.
"""

PERMISSIONS = {
    "treasurer": """
        agree_rules close_month correct decide_loan export_book keep_cash keep_minutes manage_members pay_upk
        post_sheet print_papers request_loan request_upk resolve_difference settle_loan share_surplus view_group
    """,
    "secretary": """
        keep_minutes manage_members print_papers request_loan view_group
    """,
    "chair": """
        agree_rules decide_loan export_book keep_minutes manage_members print_papers request_loan request_upk
        resolve_difference settle_loan view_group
    """,
    "upk": """
        decide_upk import_book post_upk print_papers view_bkm view_group view_upk
    """,
    "coordinator": """
        agree_rules close_month correct correct_closed export_book import_book manage_bkm manage_group manage_members
        print_papers ratify_upk resolve_difference share_surplus view_bkm view_group view_upk
    """,
    "facilitator": """
        manage_members print_papers view_bkm view_group
    """,
    "auditor": """
        print_papers view_bkm view_group view_upk
    """,
}
"""Role → what it may do, by the names of `groups/permissions.py`: who gives a role more has to say so here too."""
