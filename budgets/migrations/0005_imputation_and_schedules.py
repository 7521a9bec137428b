import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import common.fields


class Migration(migrations.Migration):
    dependencies = [
        ("budgets", "0004_history_requests"),
        ("projects", "0005_history_requests"),
        ("records", "0006_history_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PaymentRequest",
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
                    "source_reference",
                    models.CharField(max_length=80, unique=True, verbose_name="source reference"),
                ),
                (
                    "document_reference",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        max_length=80,
                        verbose_name="reference of the document",
                    ),
                ),
                (
                    "document_version",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="version of the document"
                    ),
                ),
                ("recorded_at", models.DateTimeField(db_index=True, verbose_name="recorded at")),
                (
                    "source_file",
                    models.CharField(blank=True, max_length=120, verbose_name="source file"),
                ),
                (
                    "source_line",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="source line"),
                ),
                ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="fiscal year")),
                (
                    "number",
                    models.CharField(
                        db_index=True, max_length=40, verbose_name="number of the request (DP)"
                    ),
                ),
                (
                    "invoice_number",
                    models.CharField(blank=True, max_length=60, verbose_name="invoice number"),
                ),
                (
                    "invoice_received_on",
                    models.DateField(blank=True, null=True, verbose_name="invoice received on"),
                ),
                ("requested_on", models.DateField(verbose_name="requested on")),
                ("amount", common.fields.MoneyField(verbose_name="amount")),
            ],
            options={
                "verbose_name": "payment request",
                "verbose_name_plural": "payment requests",
                "ordering": ["requested_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="ScheduledPayment",
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
                    "source_reference",
                    models.CharField(max_length=80, unique=True, verbose_name="source reference"),
                ),
                (
                    "document_reference",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        max_length=80,
                        verbose_name="reference of the document",
                    ),
                ),
                (
                    "document_version",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="version of the document"
                    ),
                ),
                ("recorded_at", models.DateTimeField(db_index=True, verbose_name="recorded at")),
                (
                    "source_file",
                    models.CharField(blank=True, max_length=120, verbose_name="source file"),
                ),
                (
                    "source_line",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="source line"),
                ),
                ("forecast_on", models.DateField(verbose_name="forecast on")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due on")),
                (
                    "fiscal_year",
                    models.PositiveSmallIntegerField(verbose_name="exercise of the CP"),
                ),
                ("amount", common.fields.MoneyField(verbose_name="amount (CP)")),
            ],
            options={
                "verbose_name": "scheduled payment",
                "verbose_name_plural": "scheduled payments",
                "ordering": ["fiscal_year", "id"],
            },
        ),
        migrations.AddField(
            model_name="commitment",
            name="activity",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="budgets.nomenclaturenode",
                verbose_name="activity",
            ),
        ),
        migrations.AddField(
            model_name="commitment",
            name="amount_excl_tax",
            field=common.fields.MoneyField(blank=True, null=True, verbose_name="amount HT"),
        ),
        migrations.AddField(
            model_name="commitment",
            name="category",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="budgets.nomenclaturenode",
                verbose_name="title or category",
            ),
        ),
        migrations.AddField(
            model_name="commitment",
            name="commitment_year",
            field=models.PositiveSmallIntegerField(
                null=True, verbose_name="year of the commitment"
            ),
        ),
        migrations.AddField(
            model_name="commitment",
            name="cost_centre",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="budgets.nomenclaturenode",
                verbose_name="cost centre",
            ),
        ),
        migrations.AddField(
            model_name="commitment",
            name="credit_type",
            field=models.CharField(
                choices=[("t2", "T2"), ("ht2", "HT2")],
                default="ht2",
                max_length=3,
                verbose_name="T2 or HT2",
            ),
        ),
        migrations.AddField(
            model_name="commitment",
            name="functional_domain",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="budgets.nomenclaturenode",
                verbose_name="functional domain",
            ),
        ),
        migrations.AddField(
            model_name="commitment",
            name="is_earmarked",
            field=models.BooleanField(default=False, verbose_name="on earmarked funds (FdC, AdP)"),
        ),
        migrations.AddField(
            model_name="commitment",
            name="is_recyclable",
            field=models.BooleanField(default=False, verbose_name="recyclable AE"),
        ),
        migrations.AddField(
            model_name="commitment",
            name="line_number",
            field=models.CharField(blank=True, max_length=10, verbose_name="line of the EJ"),
        ),
        migrations.AddField(
            model_name="commitment",
            name="supplier",
            field=models.CharField(blank=True, max_length=120, verbose_name="supplier"),
        ),
        migrations.AddField(
            model_name="commitment",
            name="tranche",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="budgets.nomenclaturenode",
                verbose_name="functional tranche",
            ),
        ),
        migrations.AddField(
            model_name="commitment",
            name="vat_rate",
            field=common.fields.PercentField(blank=True, null=True, verbose_name="VAT rate (%)"),
        ),
        migrations.AddField(
            model_name="creditmovement",
            name="act_reference",
            field=models.CharField(
                blank=True, db_index=True, max_length=80, verbose_name="reference of the act"
            ),
        ),
        migrations.AddField(
            model_name="creditmovement",
            name="activity",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="budgets.nomenclaturenode",
                verbose_name="activity",
            ),
        ),
        migrations.AddField(
            model_name="creditmovement",
            name="category",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="budgets.nomenclaturenode",
                verbose_name="title or category",
            ),
        ),
        migrations.AddField(
            model_name="creditmovement",
            name="cost_centre",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="budgets.nomenclaturenode",
                verbose_name="cost centre",
            ),
        ),
        migrations.AddField(
            model_name="creditmovement",
            name="credit_type",
            field=models.CharField(
                choices=[("t2", "T2"), ("ht2", "HT2")],
                default="ht2",
                max_length=3,
                verbose_name="T2 or HT2",
            ),
        ),
        migrations.AddField(
            model_name="creditmovement",
            name="functional_domain",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="budgets.nomenclaturenode",
                verbose_name="functional domain",
            ),
        ),
        migrations.AddField(
            model_name="creditmovement",
            name="is_earmarked",
            field=models.BooleanField(default=False, verbose_name="on earmarked funds (FdC, AdP)"),
        ),
        migrations.AddField(
            model_name="creditmovement",
            name="tranche",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="budgets.nomenclaturenode",
                verbose_name="functional tranche",
            ),
        ),
        migrations.AddField(
            model_name="historicalnomenclaturenode",
            name="external_code",
            field=models.CharField(
                blank=True,
                db_index=True,
                max_length=30,
                verbose_name="code in the accounting system",
            ),
        ),
        migrations.AddField(
            model_name="historicalnomenclaturenode",
            name="fiscal_year",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="fiscal year"
            ),
        ),
        migrations.AddField(
            model_name="nomenclaturenode",
            name="external_code",
            field=models.CharField(
                blank=True,
                db_index=True,
                max_length=30,
                verbose_name="code in the accounting system",
            ),
        ),
        migrations.AddField(
            model_name="nomenclaturenode",
            name="fiscal_year",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="fiscal year"
            ),
        ),
        migrations.AlterField(
            model_name="creditmovement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("finance_bill", "finance bill (PLF)"),
                    ("voted_services", "voted services (services votés)"),
                    ("initial_finance_act", "initial finance act (LFI)"),
                    ("initial_distribution", "initial distribution (DRICE)"),
                    ("precautionary_reserve", "precautionary reserve"),
                    ("freeze", "freeze"),
                    ("extra_freeze", "extra freeze"),
                    ("release", "release of frozen credits"),
                    ("carry_over", "carry-over"),
                    ("virement", "virement"),
                    ("transfer", "transfer"),
                    ("advance_decree", "advance decree"),
                    ("amending_finance_act", "amending finance act (LFR, LFG)"),
                    ("cancellation", "cancellation"),
                    ("earmarked_fund", "earmarked fund (FdC, AdP)"),
                    ("asymmetric_fungibility", "asymmetric fungibility"),
                    ("allocation", "allocation to an operation"),
                ],
                max_length=24,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="historicalnomenclaturenode",
            name="kind",
            field=models.CharField(
                choices=[
                    ("mission", "mission"),
                    ("lolf_programme", "LOLF programme"),
                    ("action", "action"),
                    ("sub_action", "sub-action"),
                    ("bop", "BOP"),
                    ("uo", "UO"),
                    ("title", "title (nature)"),
                    ("category", "category (nature)"),
                    ("activity", "activity"),
                    ("tranche", "functional tranche"),
                    ("cost_centre", "cost centre"),
                ],
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="nomenclaturenode",
            name="kind",
            field=models.CharField(
                choices=[
                    ("mission", "mission"),
                    ("lolf_programme", "LOLF programme"),
                    ("action", "action"),
                    ("sub_action", "sub-action"),
                    ("bop", "BOP"),
                    ("uo", "UO"),
                    ("title", "title (nature)"),
                    ("category", "category (nature)"),
                    ("activity", "activity"),
                    ("tranche", "functional tranche"),
                    ("cost_centre", "cost centre"),
                ],
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="commitment",
            index=models.Index(fields=["fiscal_year", "node"], name="budgets_commitment_node"),
        ),
        migrations.AddIndex(
            model_name="creditmovement",
            index=models.Index(fields=["fiscal_year", "node"], name="budgets_movement_node"),
        ),
        migrations.AddConstraint(
            model_name="nomenclaturenode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fiscal_year__isnull", True), ("kind", "activity"), _connector="OR"
                ),
                name="budgets_nomenclaturenode_year_of_activity",
                violation_error_message="Only an activity is of one fiscal year.",
            ),
        ),
        migrations.AddConstraint(
            model_name="nomenclaturenode",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("external_code", ""), _negated=True), ("fiscal_year__isnull", True)
                ),
                fields=("kind", "external_code"),
                name="budgets_nomenclaturenode_external_code",
                violation_error_message="This code of the accounting system names another node.",
            ),
        ),
        migrations.AddConstraint(
            model_name="nomenclaturenode",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("external_code", ""), _negated=True), ("fiscal_year__isnull", False)
                ),
                fields=("kind", "external_code", "fiscal_year"),
                name="budgets_nomenclaturenode_external_code_of_year",
                violation_error_message="This code of the accounting system names another node.",
            ),
        ),
        migrations.AddField(
            model_name="paymentrequest",
            name="batch",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.importbatch",
                verbose_name="import batch",
            ),
        ),
        migrations.AddField(
            model_name="paymentrequest",
            name="commitment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payment_requests",
                to="budgets.commitment",
                verbose_name="commitment",
            ),
        ),
        migrations.AddField(
            model_name="paymentrequest",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recorded by",
            ),
        ),
        migrations.AddField(
            model_name="paymentrequest",
            name="reverses",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversal",
                to="budgets.paymentrequest",
                verbose_name="reverses",
            ),
        ),
        migrations.AddField(
            model_name="scheduledpayment",
            name="batch",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.importbatch",
                verbose_name="import batch",
            ),
        ),
        migrations.AddField(
            model_name="scheduledpayment",
            name="commitment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="scheduled_payments",
                to="budgets.commitment",
                verbose_name="commitment",
            ),
        ),
        migrations.AddField(
            model_name="scheduledpayment",
            name="movement",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="scheduled_payments",
                to="budgets.creditmovement",
                verbose_name="credit movement",
            ),
        ),
        migrations.AddField(
            model_name="scheduledpayment",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="recorded by",
            ),
        ),
        migrations.AddField(
            model_name="scheduledpayment",
            name="reverses",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversal",
                to="budgets.scheduledpayment",
                verbose_name="reverses",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True),
                name="budgets_paymentrequest_not_zero",
                violation_error_message="A payment request is not zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduledpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True),
                name="budgets_scheduledpayment_not_zero",
                violation_error_message="A scheduled payment is not zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduledpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("commitment__isnull", False), ("movement__isnull", True)),
                    models.Q(("commitment__isnull", True), ("movement__isnull", False)),
                    _connector="OR",
                ),
                name="budgets_scheduledpayment_one_owner",
                violation_error_message="A scheduled payment is expected on a commitment, or on credits.",
            ),
        ),
    ]
