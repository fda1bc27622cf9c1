"""What a pharmacy's programmer reads and copies: the documentation's pages and a client, made from the contract."""
