"""What an operator does about people, from the command line."""
