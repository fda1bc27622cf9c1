"""The pages on which registrants and guardians read and sign, and where anyone checks a sealed record."""
