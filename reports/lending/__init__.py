"""The papers of lending: application, agreement, and what falls due in a week."""
