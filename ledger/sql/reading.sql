-- Accounts of a book by their keys, planned once per connection. OFFSET 0 holds the planner to looking each of them up.
-- This file can be run again as it stands.
DROP FUNCTION IF EXISTS ledger_accounts_named(bigint, text[], int[], int[]);
CREATE FUNCTION ledger_accounts_named(of_book bigint, codes text[], members int[], loans int[])
  RETURNS SETOF ledger_account
  LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT t.*
    FROM unnest(codes, members, loans) AS k (code, member_no, loan_no)
   CROSS JOIN LATERAL (SELECT a.* FROM ledger_account a
                        WHERE a.book_id = of_book AND a.code = k.code AND a.member_no = k.member_no
                          AND a.loan_no = k.loan_no OFFSET 0) t;
END $$;
