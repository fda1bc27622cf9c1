"""What program administrators, and auditors, see over the whole program: what waits, the rules, likely duplicates."""
