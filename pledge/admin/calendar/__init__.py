"""The calendar: which day asks for what, as a month on a page and as a feed for calendar programs."""
