"""Who or what acted, how they showed who they are, what for, on which consent, and what was sealed by it."""

from django.db import migrations, models

from moderation.audit import triggers


def _run(statements_of):
    def run(apps, schema_editor):
        for statement in statements_of[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0003_what_belongs_together'),
    ]

    operations = [
        # SQLite makes the table anew, and its triggers would be gone.
        migrations.RunPython(_run(triggers.REMOVE), _run(triggers.INSTALL)),
        migrations.AddField(
            model_name='entry',
            name='consent',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
        migrations.AddField(
            model_name='entry',
            name='evidence',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='entry',
            name='factors',
            field=models.CharField(blank=True, default='', max_length=60),
        ),
        migrations.AddField(
            model_name='entry',
            name='kind',
            field=models.CharField(blank=True, choices=[('person', 'Person'), ('stranger', 'Stranger'), ('operator', 'Operator'), ('server', 'Server')], default='', max_length=10),
        ),
        migrations.AddField(
            model_name='entry',
            name='purpose',
            field=models.CharField(blank=True, default='', max_length=20),
        ),
        migrations.AlterField(
            model_name='entry',
            name='schema',
            field=models.PositiveSmallIntegerField(default=4),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('result', 'ok'), _negated=True), fields=['result', 'id'], name='entry_result'),
        ),
        migrations.RemoveIndex(model_name='label', name='label_address'),
        migrations.RemoveIndex(model_name='label', name='label_person'),
        migrations.AddIndex(
            model_name='label',
            index=models.Index(fields=['person', 'entry'], include=('part',), name='label_of_person'),
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.UniqueConstraint(fields=('address', 'entry'), name='one_address_per_entry'),
        ),
        migrations.RunPython(_run(triggers.INSTALL), _run(triggers.REMOVE)),
    ]
