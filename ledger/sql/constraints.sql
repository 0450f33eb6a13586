-- What a single row may hold, and which rows may point at each other.

-- What was sent is sealed by its hash, an empty text too.
ALTER TABLE ledger_submission ADD CONSTRAINT ledger_submission_content_hash
  CHECK (content_hash = encode(sha256(convert_to(content, 'UTF8')), 'hex'));
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_memo_hash
  CHECK (memo_hash = encode(sha256(convert_to(memo, 'UTF8')), 'hex'));

-- A range of numbers is whole or absent (a CHECK that comes to NULL passes), a reason is more than blanks, and no day
-- lies outside the calendar.
ALTER TABLE ledger_submission ADD CONSTRAINT ledger_submission_range_whole
  CHECK ((first_number IS NULL) = (last_number IS NULL));
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_reason_not_blank CHECK (reverses_id IS NULL OR btrim(memo) <> '');
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_on_in_calendar
  CHECK ("on" BETWEEN '1900-01-01' AND '9999-12-31');
ALTER TABLE ledger_submission ADD CONSTRAINT ledger_submission_at_in_calendar
  CHECK (posted_at BETWEEN '1900-01-01 00:00Z' AND '9999-12-30 00:00Z');

-- One book's things stay in it.
ALTER TABLE ledger_account ADD CONSTRAINT ledger_account_in_book UNIQUE (book_id, id);
ALTER TABLE ledger_submission ADD CONSTRAINT ledger_submission_in_book UNIQUE (book_id, id);
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_in_book UNIQUE (book_id, id);
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_submission FOREIGN KEY (book_id, submission_id)
  REFERENCES ledger_submission (book_id, id);
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_reverses FOREIGN KEY (book_id, reverses_id)
  REFERENCES ledger_entry (book_id, id);
ALTER TABLE ledger_posting ADD CONSTRAINT ledger_posting_entry FOREIGN KEY (book_id, entry_id, "on")
  REFERENCES ledger_entry (book_id, id, "on");
ALTER TABLE ledger_posting ADD CONSTRAINT ledger_posting_account FOREIGN KEY (book_id, account_id)
  REFERENCES ledger_account (book_id, id);
