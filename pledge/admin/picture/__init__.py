"""The picture of months: what is on it (``marks``, ``holds``), where that is drawn (``drawing``), as what (``shapes``)."""
