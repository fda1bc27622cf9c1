"""Files that only their owner reads."""

import os
from pathlib import Path


def write_privately(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner alone from its first moment."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    part.replace(path)
