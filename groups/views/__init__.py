"""Screens of bodies and people: gate, form, one call, answer."""
