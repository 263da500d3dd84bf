"""People: accounts, invite codes and who let whom in."""
