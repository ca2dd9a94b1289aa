"""What the operator sees in the terminal: the greeting, one picture's errand, the check-up."""
