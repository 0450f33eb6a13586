-- What a sheet stands on when it is posted: the book, held until the transaction ends, its cash as at the day without
-- what is dated later, and the meeting that day has already. In one function, planned once per connection; each of its
-- statements sees what was there when the book was free. This file can be run again as it stands.
CREATE OR REPLACE FUNCTION meetings_opening(of_book bigint, of_group bigint, on_day date)
  RETURNS TABLE (b ledger_book, cash bigint, m meetings_meeting)
  LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  held ledger_book;
BEGIN
  SELECT * INTO STRICT held FROM ledger_book WHERE id = of_book FOR NO KEY UPDATE;
  RETURN QUERY
  SELECT held,
         coalesce((SELECT a.balance - coalesce((SELECT sum(p.amount) FROM ledger_posting p
                                                 WHERE p.account_id = a.id AND p."on" > on_day), 0)::bigint
                     FROM ledger_account a
                    WHERE a.book_id = of_book AND a.code = '1110' AND a.member_no = 0 AND a.loan_no = 0), 0),
         meeting
    FROM (SELECT 1) one LEFT JOIN meetings_meeting meeting ON meeting.group_id = of_group AND meeting."on" = on_day;
END $$;
