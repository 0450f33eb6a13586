"""Statements of a book: what it says of any period or day, read from its postings in a fixed number of queries.

`keeper` says whose book it is, `reading` asks the database, `shape` holds tables of plain data, the other modules
turn what was read into them. The same selectors take a group's book and a UPK's.
"""
