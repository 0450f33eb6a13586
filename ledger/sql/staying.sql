-- Rows by which others come to their group stay in it, and stay: `ledger/belonging.py` puts this on their tables. This
-- file can be run again as it stands.
CREATE OR REPLACE FUNCTION ledger_row_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger: % % stays where it is, % refused', TG_TABLE_NAME, OLD.id, TG_OP
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
END $$;
