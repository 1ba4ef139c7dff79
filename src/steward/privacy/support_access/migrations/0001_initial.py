"""What an account has let support see, and who of them looked."""

import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import steward.lib.ids
import steward.tenancy.models
from steward.tenancy.operations import SecureTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0009_links_of_owners"),
        ("tenancy", "0009_deleted_and_gone"),
    ]

    operations = [
        migrations.CreateModel(
            name="SupportGrant",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("reason", models.TextField()),
                ("reference", models.TextField(blank=True, default="")),
                (
                    "staff",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "areas",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(
                            choices=[
                                ("tickets", "Tickets"),
                                ("customers", "Customers"),
                                ("settings", "Settings"),
                                ("privacy", "Privacy"),
                                ("export", "Export"),
                            ]
                        ),
                        size=None,
                    ),
                ),
                ("may_write", models.BooleanField(default=False)),
                ("hours", models.PositiveSmallIntegerField(default=24)),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("requested", "Requested"),
                            ("granted", "Granted"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                            ("revoked", "Revoked"),
                            ("ended", "Ended"),
                        ],
                        default="requested",
                    ),
                ),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("granted_at", models.DateTimeField(null=True)),
                ("starts_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(blank=True, default="")),
                ("ended_at", models.DateTimeField(null=True)),
                ("reported_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.account",
                    ),
                ),
                (
                    "granted_by",
                    steward.tenancy.models.Ref(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="SupportSession",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("user_id", models.UUIDField()),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_because",
                    models.TextField(
                        blank=True,
                        choices=[("closed", "Closed"), ("expired", "Expired"), ("revoked", "Revoked")],
                        default="",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.account",
                    ),
                ),
                (
                    "grant",
                    steward.tenancy.models.Ref(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to="support_access.supportgrant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="supportgrant",
            index=models.Index(fields=["account", "-asked_at", "-id"], name="support_access_newest"),
        ),
        migrations.AddIndex(
            model_name="supportgrant",
            index=models.Index(
                condition=models.Q(("state", "granted")),
                fields=["account", "expires_at"],
                name="support_access_granted",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportgrant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("expires_at", None), ("starts_at", None)),
                    models.Q(
                        ("expires_at__gt", models.F("starts_at")),
                        (
                            "expires_at__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("starts_at"), "+", models.Value(datetime.timedelta(days=7))
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="support_access_at_most_seven_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportgrant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "granted"), _negated=True),
                    models.Q(("granted_at__isnull", False), ("starts_at__isnull", False)),
                    _connector="OR",
                ),
                name="support_access_granted_has_an_end",
            ),
        ),
        migrations.AddIndex(
            model_name="supportsession",
            index=models.Index(fields=["account", "grant", "began_at"], name="support_access_session"),
        ),
        migrations.AddConstraint(
            model_name="supportsession",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("account", "grant", "user_id"),
                name="support_access_one_session",
            ),
        ),
        SecureTable("SupportGrant"),
        SecureTable("SupportSession"),
    ]
