-- What a single row may hold, and which rows may point at each other.

-- What was sent is sealed by its hash. (An erased text keeps its hash.)
ALTER TABLE ledger_submission ADD CONSTRAINT ledger_submission_content_hash
  CHECK (content = '' OR content_hash = encode(sha256(convert_to(content, 'UTF8')), 'hex'));
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_memo_hash
  CHECK (memo_hash = encode(sha256(convert_to(memo, 'UTF8')), 'hex'));

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
