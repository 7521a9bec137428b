import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import common.fields
import common.models


class Migration(migrations.Migration):
    dependencies = [
        ("budgets", "0007_required_year"),
        ("projects", "0005_history_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalReservation",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "data_origin",
                    models.CharField(
                        choices=[
                            ("operational", "operational data"),
                            ("published", "published data"),
                            ("fictitious", "fictitious data"),
                        ],
                        default="operational",
                        max_length=12,
                        verbose_name="data origin",
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="version"),
                ),
                (
                    "created_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="created at"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="updated at"),
                ),
                (
                    "request_id",
                    models.CharField(
                        blank=True,
                        default=common.models.current_request_id,
                        editable=False,
                        max_length=64,
                        verbose_name="request id",
                    ),
                ),
                (
                    "credit_type",
                    models.CharField(
                        choices=[("t2", "T2"), ("ht2", "HT2")],
                        default="ht2",
                        max_length=3,
                        verbose_name="T2 or HT2",
                    ),
                ),
                ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="fiscal year")),
                ("label", models.CharField(max_length=200, verbose_name="planned act")),
                ("supplier", models.CharField(blank=True, max_length=120, verbose_name="supplier")),
                (
                    "expected_on",
                    models.DateField(
                        blank=True, null=True, verbose_name="notification expected on"
                    ),
                ),
                ("ae", common.fields.MoneyField(verbose_name="AE")),
                ("cp", common.fields.MoneyField(verbose_name="CP of the exercise")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "pending"),
                            ("consumed", "consumed by a commitment"),
                            ("released", "released"),
                        ],
                        default="pending",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "legal_reference",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        max_length=40,
                        verbose_name="legal reference (EJ)",
                    ),
                ),
                (
                    "override_reason",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="reason to go beyond the ceiling"
                    ),
                ),
                (
                    "closed_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="closed at"
                    ),
                ),
                (
                    "closing_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="closing reason"),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "node",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="budgets.nomenclaturenode",
                        verbose_name="nomenclature node",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="projects.project",
                        verbose_name="project",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical reservation of credits",
                "verbose_name_plural": "historical reservations of credits",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "data_origin",
                    models.CharField(
                        choices=[
                            ("operational", "operational data"),
                            ("published", "published data"),
                            ("fictitious", "fictitious data"),
                        ],
                        default="operational",
                        max_length=12,
                        verbose_name="data origin",
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="version"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated at")),
                (
                    "credit_type",
                    models.CharField(
                        choices=[("t2", "T2"), ("ht2", "HT2")],
                        default="ht2",
                        max_length=3,
                        verbose_name="T2 or HT2",
                    ),
                ),
                ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="fiscal year")),
                ("label", models.CharField(max_length=200, verbose_name="planned act")),
                ("supplier", models.CharField(blank=True, max_length=120, verbose_name="supplier")),
                (
                    "expected_on",
                    models.DateField(
                        blank=True, null=True, verbose_name="notification expected on"
                    ),
                ),
                ("ae", common.fields.MoneyField(verbose_name="AE")),
                ("cp", common.fields.MoneyField(verbose_name="CP of the exercise")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "pending"),
                            ("consumed", "consumed by a commitment"),
                            ("released", "released"),
                        ],
                        default="pending",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "legal_reference",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        max_length=40,
                        verbose_name="legal reference (EJ)",
                    ),
                ),
                (
                    "override_reason",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="reason to go beyond the ceiling"
                    ),
                ),
                (
                    "closed_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="closed at"
                    ),
                ),
                (
                    "closing_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="closing reason"),
                ),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="budgets.nomenclaturenode",
                        verbose_name="nomenclature node",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="projects.project",
                        verbose_name="project",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
            ],
            options={
                "verbose_name": "reservation of credits",
                "verbose_name_plural": "reservations of credits",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["fiscal_year", "node"],
                        name="budgets_reservation_pending",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ae__gte", 0),
                            ("cp__gte", 0),
                            models.Q(("ae__gt", 0), ("cp__gt", 0), _connector="OR"),
                        ),
                        name="budgets_reservation_positive",
                        violation_error_message="A reservation sets AE or CP aside: it is positive.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "pending")),
                            models.Q(
                                models.Q(("state", "pending"), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="budgets_reservation_closed_at",
                        violation_error_message="A reservation is closed once it is no longer pending.",
                    ),
                ],
            },
        ),
    ]
