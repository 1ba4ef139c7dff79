from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0012_notices_of_plans"),
    ]

    operations = [
        migrations.AlterField(
            model_name="accountnotice",
            name="kind",
            field=models.TextField(
                choices=[
                    ("subprocessor.announced", "Subprocessors change: see what changes, and whether you object"),
                    ("subprocessor.reminded", "Subprocessors change in a week, and nobody here has read of it"),
                    ("subprocessor.objection_resolved", "Your objection to a subprocessor has been answered"),
                    (
                        "subprocessor.notice_undelivered",
                        "A notice about subprocessors did not reach one of you by e-mail",
                    ),
                    ("agreement.concluded", "Your data processing agreement is concluded, and in force"),
                    ("agreement.countersigned", "Your own agreement is countersigned, and in force"),
                    ("agreement.changes_requested", "Your own agreement was read, and something has to change"),
                    ("agreement.rejected", "Your own agreement was read, and is not accepted"),
                    (
                        "agreement.ended",
                        "Your data processing agreement has ended: nothing goes to subprocessors any more",
                    ),
                    (
                        "agreement.end_set",
                        "Your data processing agreement has a last day: see until when it is in force",
                    ),
                    (
                        "agreement.end_taken_back",
                        "Your data processing agreement stays in force: its end was taken back",
                    ),
                    ("agreement.reworded", "There is a new wording of the data processing agreement to conclude"),
                    ("terms.published", "There are new terms of use to accept"),
                    ("privacy_request.announced", "Somebody asks for a right over their data: see what, and by when"),
                    ("privacy_request.warned", "A request about personal data has to be answered soon"),
                    ("privacy_request.overdue", "A request about personal data is overdue"),
                    ("account.suspension_near", "This account is about to be suspended: see when, and what to do"),
                    ("erasure.late", "An erasure is not done after 72 hours"),
                    ("erasure.failed", "An erasure failed: something is left"),
                    (
                        "audit.broken",
                        "The record of what happened does not hold any more: an entry was changed or is gone",
                    ),
                    ("erasure.untold", "Recipients of data have not been told of an erasure for 30 days"),
                    (
                        "privacy_request.untold",
                        "Recipients of data have not been told of a correction or a restriction for 30 days",
                    ),
                    ("support.requested", "Support asks to look into this account: grant it or refuse"),
                    (
                        "support.granted",
                        "Support was let into this account: see what it may look at, and until when",
                    ),
                    ("support.ended", "The access of support is over: see what was read"),
                    ("support.revoked", "The access of support was ended: see what was read"),
                ]
            ),
        ),
    ]
