from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("budgets", "0006_year_of_commitments"),
        ("projects", "0005_history_requests"),
        ("records", "0006_history_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="commitment",
            name="commitment_year",
            field=models.PositiveSmallIntegerField(
                blank=True, verbose_name="year of the commitment"
            ),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=models.Q(("commitment_year__lte", models.F("fiscal_year"))),
                name="budgets_commitment_year_not_later",
                violation_error_message="A commitment is of the exercise or of a former one.",
            ),
        ),
    ]
