-- What every sheet that is opened or posted reads. As a function, so that the plan is made once per connection and not
-- anew for each sheet: planning these took as long as running them. This file can be run again as it stands.

-- Loans of a group with their schedules: those with these numbers, or (null) all with anything left to pay. The book is
-- said of the accounts too, so that a plan reads this book's and not everybody's.
CREATE OR REPLACE FUNCTION loans_with_plans(of_group bigint, of_book bigint, numbers int[])
  RETURNS TABLE (l loans_loan, m groups_member, lent bigint, earned bigint, plan text, closed_on date, forgiven text)
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT loan, member, principal.balance, charge.balance,
         (SELECT json_agg(json_build_array(i.no, i.due_on, i.principal, i.charge, i.balance) ORDER BY i.no)
            FROM loans_instalment i WHERE i.loan_id = loan.id)::text,
         (SELECT s."on" FROM loans_loanstep s WHERE s.loan_id = loan.id AND s.closes AND s.undone_at IS NULL),
         (SELECT json_agg(s.forgiven) FROM loans_loanstep s
           WHERE s.loan_id = loan.id AND s.kind = 'waiver' AND s.undone_at IS NULL)::text
    FROM loans_loan loan
    JOIN groups_member member ON member.id = loan.member_id
    JOIN ledger_account principal ON principal.id = loan.receivable_id
    JOIN ledger_account charge ON charge.id = loan.charge_income_id
   WHERE loan.group_id = of_group AND principal.book_id = of_book AND charge.book_id = of_book
     AND CASE WHEN numbers IS NULL THEN principal.balance > 0 ELSE loan.no = ANY(numbers) END
   ORDER BY loan.no;
END $$;
