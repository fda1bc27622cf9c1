"""The writes: forms are published, signers invited, visits made, forms signed, records sealed."""
