-- Holes found by attacking the books: an empty text with any hash, half a range of numbers (a CHECK of NULL passes), a
-- reason of blanks, days no calendar has.
ALTER TABLE ledger_submission DROP CONSTRAINT ledger_submission_content_hash;
ALTER TABLE ledger_submission ADD CONSTRAINT ledger_submission_content_hash
  CHECK (content_hash = encode(sha256(convert_to(content, 'UTF8')), 'hex'));
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_reason_not_blank CHECK (reverses_id IS NULL OR btrim(memo) <> '');
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_on_in_calendar
  CHECK ("on" BETWEEN '1900-01-01' AND '9999-12-31');
ALTER TABLE ledger_submission ADD CONSTRAINT ledger_submission_at_in_calendar
  CHECK (posted_at BETWEEN '1900-01-01 00:00Z' AND '9999-12-30 00:00Z');
ALTER TABLE ledger_submission ADD CONSTRAINT ledger_submission_range_whole
  CHECK ((first_number IS NULL) = (last_number IS NULL));
