"""The only writers of rooms; each action is one transaction.

`rooms` a room's own life · `presence` coming, going, lost · `moves` those of the role table · `invites` ways in ·
`peers` media connections · `carriers` who carries a room's sound · `evidence` what was just said ·
`observe` the server's moderation listens · `sweep` what happens by rule · `base` what they are made of.
"""
