"""Who may ask for what: the one-time address, sessions, accounts, and what is refused before it is read."""
