"""Purposes, their words, and who consented to them."""

import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
import steward.tenancy.models
from steward.tenancy.operations import SecureTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contacts", "0004_alone_are_found"),
        ("tenancy", "0008_sealed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Purpose",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("code", models.TextField()),
                (
                    "place",
                    models.TextField(
                        choices=[
                            ("chat", "Chat"),
                            ("form", "Contact form"),
                            ("recording", "Recording of calls"),
                            ("ai", "Use of artificial intelligence"),
                            ("newsletter", "News and advertising"),
                            ("other", "Something else"),
                        ]
                    ),
                ),
                ("is_required", models.BooleanField(default=False)),
                ("least_version", models.IntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(null=True)),
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="PurposeText",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.IntegerField()),
                ("words", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("published_at", models.DateTimeField()),
                ("by_id", models.UUIDField(null=True)),
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
                    "purpose",
                    steward.tenancy.models.Ref(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="consent.purpose",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ConsentRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("visitor", models.UUIDField(null=True)),
                ("known_as", models.UUIDField(null=True)),
                ("language", models.TextField()),
                ("collectors", models.JSONField()),
                ("given_at", models.DateTimeField()),
                (
                    "channel",
                    models.TextField(
                        choices=[
                            ("page", "on their own page"),
                            ("chat", "in the chat"),
                            ("form", "in a form"),
                            ("mail", "by mail"),
                            ("call", "by telephone"),
                            ("agent", "face to face, or on paper"),
                            ("import", "brought along from elsewhere"),
                        ]
                    ),
                ),
                ("widget", models.TextField(blank=True, default="")),
                ("network", models.TextField(blank=True, default="")),
                ("message_id", models.UUIDField(null=True)),
                ("note", models.TextField(blank=True, default="")),
                ("given_by_kind", models.TextField()),
                ("given_by_id", models.UUIDField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_how", models.TextField(blank=True, default="")),
                ("ended_note", models.TextField(blank=True, default="")),
                ("ended_by_kind", models.TextField(blank=True, default="")),
                ("ended_by_id", models.UUIDField(null=True)),
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
                    "contact",
                    steward.tenancy.models.Ref(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contacts.contact",
                    ),
                ),
                (
                    "purpose",
                    steward.tenancy.models.Ref(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consent.purpose",
                    ),
                ),
                (
                    "text",
                    steward.tenancy.models.Ref(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consent.purposetext",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddConstraint(
            model_name="purpose",
            constraint=models.UniqueConstraint(fields=("account", "code"), name="consent_purpose_code"),
        ),
        migrations.AddConstraint(
            model_name="purposetext",
            constraint=models.UniqueConstraint(fields=("account", "purpose", "number"), name="consent_text_number"),
        ),
        migrations.AddIndex(
            model_name="consentrecord",
            index=models.Index(fields=["account", "contact", "given_at"], name="consent_record_contact"),
        ),
        migrations.AddIndex(
            model_name="consentrecord",
            index=models.Index(
                condition=models.Q(("visitor__isnull", False)),
                fields=["account", "visitor"],
                name="consent_record_visitor",
            ),
        ),
        migrations.AddIndex(
            model_name="consentrecord",
            index=models.Index(fields=["account", "purpose"], name="consent_record_purpose"),
        ),
        migrations.AddIndex(
            model_name="consentrecord",
            index=models.Index(fields=["account", "text"], name="consent_record_text"),
        ),
        migrations.AddIndex(
            model_name="consentrecord",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)),
                fields=["account", "ended_at"],
                name="consent_record_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="consentrecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("contact__isnull", False), ("ended_at", None)),
                fields=("account", "contact", "purpose"),
                name="consent_record_standing_of_contact",
            ),
        ),
        migrations.AddConstraint(
            model_name="consentrecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("contact", None), ("ended_at", None), ("visitor__isnull", False)),
                fields=("account", "visitor", "purpose"),
                name="consent_record_standing_of_visitor",
            ),
        ),
        SecureTable("Purpose"),
        SecureTable("PurposeText"),
        SecureTable("ConsentRecord"),
    ]
