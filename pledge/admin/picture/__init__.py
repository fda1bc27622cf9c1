"""The picture of months: what it shows (``marks``, ``holds``), where and as what (``drawing``, ``shapes``)."""
