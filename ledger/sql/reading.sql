-- Accounts of a book by their keys, as far as posting needs them; planned once per connection. OFFSET 0 holds the
-- planner to looking each of them up. This file can be run again as it stands.
CREATE OR REPLACE FUNCTION ledger_accounts_named(of_book bigint, codes text[], members int[], loans int[])
  RETURNS TABLE (code varchar, member_no int, loan_no int, id bigint, balance bigint, label varchar)
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT t.code, t.member_no, t.loan_no, t.id, t.balance, t.label
    FROM unnest(codes, members, loans) AS k (code, member_no, loan_no)
   CROSS JOIN LATERAL (SELECT a.code, a.member_no, a.loan_no, a.id, a.balance, a.label FROM ledger_account a
                        WHERE a.book_id = of_book AND a.code = k.code AND a.member_no = k.member_no
                          AND a.loan_no = k.loan_no OFFSET 0) t;
END $$;
