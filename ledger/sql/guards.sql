-- What the books refuse, whoever writes. Each function names what it keeps; the messages are for the log, the
-- services speak to people. The three `…_arrives` functions move a book's head and the balances; the guards of books
-- and accounts do not ask who moves them, but whether they say what is there: a head its last link, a balance its
-- postings, each counted once. They look after every trigger before a row is written has spoken, and the functions look
-- whether what they moved was held back. Whoever owns the database may drop the guards; `verify_books` names what was
-- written then.
--
-- This file can be run again as it stands: a migration that changes a guard re-reads it.
--
-- Functions that look at tables name schema and type of what is ours and search nothing but Postgres's own, so that no
-- table, function or operator of somebody's own stands in for a real one; they read ONLY the table they name and all of
-- its rows, or fail, whatever policies hide (who partitions postings takes ONLY away); and they fix their plans:
-- transition tables have no statistics, and a plan made for one big load, or while the tables were still empty, would
-- otherwise scan them whole for as long as the connection lives. No inner join makes a row vanish from judgement: foreign
-- keys may be judged later, so what a row points at need not be there yet.

-- Entries, postings and submissions are written once, and so are closings.
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger: % is append-only, % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER ledger_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_posting_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_posting
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_submission_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_submission
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_closing_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_closing
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
DROP TRIGGER IF EXISTS ledger_account_no_truncate ON ledger_account;
DROP TRIGGER IF EXISTS ledger_book_no_truncate ON ledger_book;
-- Books and accounts stay as well: one that is deleted and written anew within a transaction would begin again at 0.
CREATE OR REPLACE TRIGGER ledger_account_stays BEFORE DELETE OR TRUNCATE ON ledger_account
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_book_stays BEFORE DELETE OR TRUNCATE ON ledger_book
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- STABLE, not IMMUTABLE: convert_to and extract are no more than that, and only honest functions are inlined.
CREATE OR REPLACE FUNCTION ledger_genesis(uid uuid) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(E'buku-ksm book 1\n' || uid::text, 'UTF8')), 'hex')
$$;

-- One link of the chain: the digest of `lines` (each closed by a newline) after `previous`. See docs/ledger-format.md.
CREATE OR REPLACE FUNCTION ledger_chain(previous text, lines text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(decode(previous, 'hex') || convert_to(lines, 'UTF8')), 'hex')
$$;

CREATE OR REPLACE FUNCTION ledger_microseconds(at timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT (extract(epoch FROM at) * 1000000)::bigint
$$;

-- The last ids that the sequences gave out, for those who may write and hold no right to the sequences themselves.
CREATE OR REPLACE FUNCTION ledger_last_submission_id() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog AS $$
  SELECT coalesce(pg_sequence_last_value('public.ledger_submission_id_seq'), 0)
$$;
CREATE OR REPLACE FUNCTION ledger_last_posting_id() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog AS $$
  SELECT coalesce(pg_sequence_last_value('public.ledger_posting_id_seq'), 0)
$$;

-- A book starts empty; its head moves only to its last link, the last submission or the last of its entries; closing
-- never goes back.
CREATE OR REPLACE FUNCTION ledger_book_guard() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp SET row_security = off
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  sent record;
  last record;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF (NEW.last_number = 0 AND NEW.head_digest = public.ledger_genesis(NEW.uid)) IS NOT TRUE THEN
      RAISE EXCEPTION 'ledger: a book starts empty' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
  END IF;
  IF (NEW.id, NEW.uid, NEW.kind) IS DISTINCT FROM (OLD.id, OLD.uid, OLD.kind) THEN
    RAISE EXCEPTION 'ledger: book % keeps its identity', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.closed_through IS NOT NULL AND (NEW.closed_through IS NULL OR NEW.closed_through < OLD.closed_through) THEN
    RAISE EXCEPTION 'ledger: book % is closed through %', OLD.id, OLD.closed_through USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.last_number, NEW.head_digest) IS DISTINCT FROM (OLD.last_number, OLD.head_digest) THEN
    SELECT id, digest INTO sent FROM ONLY public.ledger_submission WHERE book_id = NEW.id ORDER BY id DESC LIMIT 1;
    SELECT number, submission_id, digest INTO last FROM ONLY public.ledger_entry WHERE book_id = NEW.id ORDER BY number DESC LIMIT 1;
    IF (NEW.last_number = coalesce(last.number, 0)
        AND NEW.head_digest = (CASE WHEN last.submission_id = sent.id THEN last.digest ELSE sent.digest END)) IS NOT TRUE THEN
      RAISE EXCEPTION 'ledger: the head of book % is kept by its entries', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS ledger_book_guard ON ledger_book;
CREATE TRIGGER ledger_book_guard AFTER INSERT OR UPDATE ON ledger_book
  FOR EACH ROW EXECUTE FUNCTION ledger_book_guard();

-- An account starts at 0 and moves only by the postings that it has not counted yet, all of them.
CREATE OR REPLACE FUNCTION ledger_account_guard() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp SET row_security = off
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  come record;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF (NEW.balance = 0 AND NEW.counted = 0) IS NOT TRUE THEN
      RAISE EXCEPTION 'ledger: an account starts at 0' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
  END IF;
  IF (NEW.id, NEW.book_id, NEW.code, NEW.member_no, NEW.loan_no)
      IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.code, OLD.member_no, OLD.loan_no) THEN
    RAISE EXCEPTION 'ledger: account % keeps its identity', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.balance, NEW.counted) IS DISTINCT FROM (OLD.balance, OLD.counted) THEN
    SELECT sum(amount) AS total, max(id) AS last INTO come FROM ONLY public.ledger_posting
     WHERE account_id = NEW.id AND id > OLD.counted;
    IF (NEW.balance = OLD.balance + come.total AND NEW.counted = come.last) IS NOT TRUE THEN
      RAISE EXCEPTION 'ledger: the balance of account % is kept by its postings', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS ledger_account_guard ON ledger_account;
CREATE TRIGGER ledger_account_guard AFTER INSERT OR UPDATE ON ledger_account
  FOR EACH ROW EXECUTE FUNCTION ledger_account_guard();

-- Submissions: one at a time, after the last one is whole, announcing the next numbers, linked to the head. Their ids
-- are their order, so each was given out by the sequence: above one that somebody took from beyond it, no other fits.
CREATE OR REPLACE FUNCTION ledger_submission_arrives() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp SET row_security = off
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  bad bigint;
BEGIN
  IF TG_RELID <> 'public.ledger_submission'::regclass THEN
    RAISE EXCEPTION 'ledger: nothing arrives in %', TG_RELID::regclass USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  -- Taking the book's row first makes two writers wait for each other instead of for a constraint. It is the lock an
  -- UPDATE takes; FOR UPDATE would also wait for those who only opened an account and now check its foreign key.
  PERFORM 1 FROM ONLY public.ledger_book b WHERE b.id IN (SELECT book_id FROM new_submissions) ORDER BY b.id FOR NO KEY UPDATE;
  SELECT n.id INTO bad FROM new_submissions n LEFT JOIN ONLY public.ledger_book b ON b.id = n.book_id
   WHERE b.id IS NULL OR (SELECT count(*) FROM new_submissions m WHERE m.book_id = n.book_id) > 1
      OR EXISTS (SELECT 1 FROM ONLY public.ledger_submission s WHERE s.book_id = n.book_id AND s.id > n.id)
      OR n.id > public.ledger_last_submission_id()
      OR n.first_number <> b.last_number + 1
      OR b.last_number < (SELECT s.last_number FROM ONLY public.ledger_submission s
                           WHERE s.book_id = n.book_id AND s.id < n.id ORDER BY s.id DESC LIMIT 1) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger: submission % does not follow the last one', bad USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT n.id INTO bad FROM new_submissions n JOIN ONLY public.ledger_book b ON b.id = n.book_id
   WHERE n.digest IS DISTINCT FROM public.ledger_chain(b.head_digest::text,
           'submission-1' || E'\n' || coalesce(n.first_number, 0) || E'\n' || coalesce(n.last_number, 0) || E'\n'
           || public.ledger_microseconds(n.posted_at) || E'\n' || coalesce(n.posted_by_id, 0) || E'\n' || n.key || E'\n'
           || n.content_hash || E'\n') LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger: submission % does not carry its digest', bad USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  UPDATE public.ledger_book b SET head_digest = n.digest FROM new_submissions n WHERE b.id = n.book_id;
  SELECT n.book_id INTO bad FROM new_submissions n JOIN ONLY public.ledger_book b ON b.id = n.book_id
   WHERE b.head_digest <> n.digest LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger: the head of book % was held back', bad USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_submission_arrives AFTER INSERT ON ledger_submission REFERENCING NEW TABLE AS new_submissions
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_submission_arrives();

-- At the end of the transaction the entries a submission announced are there, and each has its postings.
CREATE OR REPLACE FUNCTION ledger_submission_filled() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp SET row_security = off
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ONLY public.ledger_entry WHERE book_id = NEW.book_id AND number = NEW.last_number) THEN
    RAISE EXCEPTION 'ledger: submission % announced entries that never came', NEW.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM ONLY public.ledger_entry e
              WHERE e.book_id = NEW.book_id AND e.number BETWEEN NEW.first_number AND NEW.last_number
                AND NOT EXISTS (SELECT 1 FROM ONLY public.ledger_posting p WHERE p.entry_id = e.id)) THEN
    RAISE EXCEPTION 'ledger: an entry of submission % was left empty', NEW.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS ledger_submission_filled ON ledger_submission;
CREATE CONSTRAINT TRIGGER ledger_submission_filled AFTER INSERT ON ledger_submission DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.last_number IS NOT NULL) EXECUTE FUNCTION ledger_submission_filled();

-- Entries: numbers without a gap, nothing in a closed period, reversals that point at something reversible.
CREATE OR REPLACE FUNCTION ledger_entry_arrives() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp SET row_security = off
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  bad bigint;
BEGIN
  IF TG_RELID <> 'public.ledger_entry'::regclass THEN
    RAISE EXCEPTION 'ledger: nothing arrives in %', TG_RELID::regclass USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  PERFORM 1 FROM ONLY public.ledger_book b WHERE b.id IN (SELECT book_id FROM new_entries) ORDER BY b.id FOR NO KEY UPDATE;
  SELECT n.book_id INTO bad
    FROM (SELECT book_id, min(number) AS low, max(number) AS high, count(*) AS n FROM new_entries GROUP BY book_id) n
    LEFT JOIN ONLY public.ledger_book b ON b.id = n.book_id
   WHERE b.last_number IS NULL OR n.low <> b.last_number + 1 OR n.high - n.low + 1 <> n.n LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger: entry numbers of book % leave a gap', bad USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT n.number INTO bad FROM new_entries n JOIN ONLY public.ledger_book b ON b.id = n.book_id
   WHERE n."on" <= b.closed_through LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger: entry % lies in a closed period', bad USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT n.submission_id INTO bad
    FROM (SELECT submission_id, posted_by_id, posted_at, min(number) AS low, max(number) AS high
            FROM new_entries GROUP BY submission_id, posted_by_id, posted_at) n
    LEFT JOIN ONLY public.ledger_submission s ON s.id = n.submission_id
   WHERE (s.first_number, s.last_number, s.posted_by_id, s.posted_at)
         IS DISTINCT FROM (n.low, n.high, n.posted_by_id, n.posted_at) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger: submission % and its entries disagree', bad USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT n.number INTO bad
    FROM new_entries n LEFT JOIN ONLY public.ledger_entry o ON o.id = n.reverses_id JOIN ONLY public.ledger_book b ON b.id = n.book_id
   WHERE n.reverses_id IS NOT NULL AND (o.id IS NULL OR o.reverses_id IS NOT NULL OR o.number >= n.number OR o.kind <> n.kind
      OR (n."on" <> o."on" AND (b.closed_through IS NULL OR o."on" > b.closed_through))) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger: reversal % does not answer its entry', bad USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  UPDATE public.ledger_book b SET last_number = h.number, head_digest = h.digest
    FROM (SELECT book_id, max(number) AS high FROM new_entries GROUP BY book_id) n
    JOIN new_entries h ON h.book_id = n.book_id AND h.number = n.high
   WHERE b.id = n.book_id;
  SELECT n.book_id INTO bad FROM new_entries n JOIN ONLY public.ledger_book b ON b.id = n.book_id
   WHERE n.number > b.last_number LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger: the head of book % was held back', bad USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_entry_arrives AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS new_entries
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_arrives();

-- Postings: in the order of their ids, since accounts count by them; whole entries at once, summing to 0, sealed by the
-- right digest, mirroring what they reverse.
CREATE OR REPLACE FUNCTION ledger_posting_arrives() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp SET row_security = off
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  bad bigint;
BEGIN
  IF TG_RELID <> 'public.ledger_posting'::regclass THEN
    RAISE EXCEPTION 'ledger: nothing arrives in %', TG_RELID::regclass USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT n.id INTO bad FROM new_postings n LEFT JOIN ONLY public.ledger_account a ON a.id = n.account_id
   WHERE (n.id > a.counted AND n.id <= public.ledger_last_posting_id()) IS NOT TRUE LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger: posting % does not follow the last one', bad USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  SELECT e.number INTO bad
    FROM (SELECT entry_id, count(*) AS n, sum(amount) AS total FROM new_postings GROUP BY entry_id) p
    LEFT JOIN ONLY public.ledger_entry e ON e.id = p.entry_id
   WHERE e.id IS NULL OR p.n <> e.legs OR p.total <> 0
      OR (SELECT count(*) FROM ONLY public.ledger_posting q WHERE q.entry_id = e.id) <> e.legs LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger: entry % is written once, whole and in balance', bad USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  SELECT e.number INTO bad
    FROM (
      SELECT p.entry_id, string_agg(a.code || '.' || a.member_no || '.' || a.loan_no || ':' || p.amount || E'\n', ''
               ORDER BY a.code COLLATE "C", a.member_no, a.loan_no, p.amount) AS lines
        FROM new_postings p JOIN ONLY public.ledger_account a ON a.id = p.account_id GROUP BY p.entry_id
    ) l
    JOIN ONLY public.ledger_entry e ON e.id = l.entry_id
    JOIN ONLY public.ledger_submission s ON s.id = e.submission_id
    LEFT JOIN ONLY public.ledger_entry r ON r.id = e.reverses_id
    LEFT JOIN ONLY public.ledger_entry v ON v.book_id = e.book_id AND v.number = e.number - 1
   WHERE e.digest IS DISTINCT FROM public.ledger_chain((CASE WHEN e.number = s.first_number THEN s.digest ELSE v.digest END)::text,
           'entry-1' || E'\n' || e.number || E'\n' || to_char(e."on"::timestamp, 'YYYY-MM-DD') || E'\n' || e.kind || E'\n'
           || public.ledger_microseconds(e.posted_at) || E'\n' || coalesce(e.posted_by_id, 0) || E'\n'
           || coalesce(r.number, 0) || E'\n' || s.key || E'\n' || s.content_hash || E'\n' || e.memo_hash || E'\n'
           || e.legs || E'\n' || l.lines) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger: entry % does not carry its digest', bad USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  SELECT e.number INTO bad
    FROM (SELECT DISTINCT entry_id FROM new_postings) p
    JOIN ONLY public.ledger_entry e ON e.id = p.entry_id AND e.reverses_id IS NOT NULL
   WHERE EXISTS (
      (SELECT account_id, amount, count(*) FROM ONLY public.ledger_posting WHERE entry_id = e.id GROUP BY account_id, amount)
      EXCEPT
      (SELECT account_id, -amount, count(*) FROM ONLY public.ledger_posting WHERE entry_id = e.reverses_id GROUP BY account_id, amount)
   ) OR EXISTS (
      (SELECT account_id, -amount, count(*) FROM ONLY public.ledger_posting WHERE entry_id = e.reverses_id GROUP BY account_id, amount)
      EXCEPT
      (SELECT account_id, amount, count(*) FROM ONLY public.ledger_posting WHERE entry_id = e.id GROUP BY account_id, amount)
   ) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger: reversal % does not mirror its entry', bad USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  UPDATE public.ledger_account a SET balance = a.balance + d.total, counted = d.last
    FROM (SELECT account_id, sum(amount) AS total, max(id) AS last FROM new_postings GROUP BY account_id) d
   WHERE a.id = d.account_id;
  SELECT n.account_id INTO bad FROM new_postings n JOIN ONLY public.ledger_account a ON a.id = n.account_id
   WHERE n.id > a.counted LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger: the balance of account % was held back', bad USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ledger_posting_arrives AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS new_postings
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_posting_arrives();

-- What earlier versions of this file put there: an entry's postings are waited for by its submission, and no guard asks
-- the call stack.
DROP TRIGGER IF EXISTS ledger_book_filled ON ledger_book;
DROP FUNCTION IF EXISTS ledger_book_filled();
DROP FUNCTION IF EXISTS ledger_moved_by(text, text, text);

-- These never fire. A table with a row's trigger that has a transition table becomes no partition and no child of another,
-- through which rows would come and go that ask no statement's trigger.
CREATE OR REPLACE TRIGGER ledger_book_is_no_part AFTER INSERT ON ledger_book REFERENCING NEW TABLE AS new_rows
  FOR EACH ROW WHEN (false) EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_account_is_no_part AFTER INSERT ON ledger_account REFERENCING NEW TABLE AS new_rows
  FOR EACH ROW WHEN (false) EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_submission_is_no_part AFTER INSERT ON ledger_submission REFERENCING NEW TABLE AS new_rows
  FOR EACH ROW WHEN (false) EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_entry_is_no_part AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS new_rows
  FOR EACH ROW WHEN (false) EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_posting_is_no_part AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS new_rows
  FOR EACH ROW WHEN (false) EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_closing_is_no_part AFTER INSERT ON ledger_closing REFERENCING NEW TABLE AS new_rows
  FOR EACH ROW WHEN (false) EXECUTE FUNCTION ledger_refuse_change();
