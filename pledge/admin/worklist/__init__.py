"""The worklist: what waits in a clinic this morning, for whom, until when, and the one next step."""
