"""Puts the database's own refusal in front of the audit log."""

from django.db import migrations

from moderation.audit import triggers


def _run(statements_of):
    def run(apps, schema_editor):
        for statement in statements_of[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(_run(triggers.INSTALL), _run(triggers.REMOVE))]
