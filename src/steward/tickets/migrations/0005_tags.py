"""Tags."""

import django.db.models.deletion
from django.db import migrations, models

import steward.lib.ids
import steward.tenancy.models
from steward.tenancy.operations import SecureTable


def _id():
    return models.UUIDField(default=steward.lib.ids.new_id, editable=False, primary_key=True, serialize=False)


def _account():
    return models.ForeignKey(
        db_index=False,
        editable=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to="tenancy.account",
    )


def _ref(to):
    return steward.tenancy.models.Ref(
        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="tagged", to=to
    )


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial"), ("tickets", "0004_ticket_rules")]

    operations = [
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", _id()),
                ("name", models.TextField()),
                ("folded", models.TextField()),
                ("tint", models.PositiveSmallIntegerField(default=1)),
                ("account", _account()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("account", "folded"), name="tickets_tag_folded")],
            },
        ),
        migrations.CreateModel(
            name="TicketTag",
            fields=[
                ("id", _id()),
                ("account", _account()),
                ("ticket", _ref("tickets.ticket")),
                ("tag", _ref("tickets.tag")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "ticket", "tag"), name="tickets_tickettag_once")
                ],
                "indexes": [models.Index(fields=["account", "tag", "ticket"], name="tickets_tickettag_tag")],
            },
        ),
        SecureTable("Tag"),
        SecureTable("TicketTag"),
    ]
