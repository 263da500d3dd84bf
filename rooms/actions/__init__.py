"""The only writers of rooms; each action is one transaction.

`rooms` a room's own life · `presence` coming, going, lost · `leaving` going for good · `moves` the role table's ·
`invites` ways in · `peers` media connections · `carriers` who carries a room's sound · `evidence` what was just said ·
`observe` the server's moderation listens · `sweep` what happens by rule · `base` what they are made of.
"""
