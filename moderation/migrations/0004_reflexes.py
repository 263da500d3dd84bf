from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("moderation", "0003_guests")]
    operations = [
        migrations.RenameField("decision", "rule", "reflex"),
        migrations.CreateModel(
            name="Reflex",
            fields=[
                (
                    "name",
                    models.CharField(choices=[("crowd", "crowd")], max_length=20, primary_key=True, serialize=False),
                ),
                ("on", models.BooleanField()),
                ("limit", models.PositiveSmallIntegerField(default=20)),
                ("since", models.DateTimeField()),
                ("reason", models.CharField(blank=True, default="", max_length=30)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("limit__lte", 100)), name="a_limit_is_a_share")
                ]
            },
        ),
    ]
