"""The request an entry belongs to, the ground it rests on, and whether the clock it was timed by followed another."""

from django.db import migrations, models

from moderation.audit import triggers


def _run(statements_of):
    def run(apps, schema_editor):
        for statement in statements_of[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_insert_only'),
    ]

    operations = [
        # SQLite makes the table anew, and its triggers would be gone.
        migrations.RunPython(_run(triggers.REMOVE), _run(triggers.INSTALL)),
        migrations.AddField(
            model_name='entry',
            name='basis',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
        migrations.AddField(
            model_name='entry',
            name='clock',
            field=models.CharField(blank=True, default='', max_length=10),
        ),
        migrations.AddField(
            model_name='entry',
            name='correlation',
            field=models.CharField(blank=True, default='', max_length=32),
        ),
        migrations.AlterField(
            model_name='entry',
            name='schema',
            field=models.PositiveSmallIntegerField(default=3),
        ),
        migrations.RunPython(_run(triggers.INSTALL), _run(triggers.REMOVE)),
    ]
