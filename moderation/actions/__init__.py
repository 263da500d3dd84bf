"""What changes the staff and the review: the only writers, each one transaction with its entry in the log.

`staff` who is on it · `controls` checks and findings · `statements` what nobody can measure · `triggers` when a review
is due · `reviews` running and filing it · `lawful` what authorities ask for · `endings` accounts that end ·
`base` what they are made of.
"""
