import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import visitor_portal.building.models.checks
import visitor_portal.building.models.ids


def free_the_names(apps, schema_editor):
    """PostgreSQL keeps the names of a renamed table's indexes, and the new table wants them."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'building_oldaccesslog'")
        for (name,) in cursor.fetchall():
            schema_editor.execute(
                f"ALTER INDEX {schema_editor.quote_name(name)} RENAME TO {schema_editor.quote_name(f'old_{name}'[:63])}"
            )


class Migration(migrations.Migration):
    """Openers, holds, schedules, invites, messages, and a log that is only added to. What they replace stays for now."""

    dependencies = [("building", "0001_building")]

    operations = [
        migrations.RenameModel("AccessLog", "OldAccessLog"),
        migrations.RunPython(free_the_names, migrations.RunPython.noop),
        migrations.CreateModel(
            name="AccessLog",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=visitor_portal.building.models.ids.new_id,
                        editable=False,
                        max_length=26,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("building", models.CharField(max_length=26)),
                ("sequence", models.PositiveBigIntegerField()),
                ("attempt", models.CharField(max_length=26)),
                ("step", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("sent", "Sent"),
                            ("confirmed", "Confirmed"),
                            ("refused", "Refused"),
                            ("unknown", "Unknown"),
                            ("seen_open", "Seen Open"),
                            ("seen_shut", "Seen Shut"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("door", models.CharField(max_length=26)),
                ("portal", models.CharField(blank=True, max_length=64)),
                ("direction", models.CharField(blank=True, max_length=3)),
                ("auth_type", models.CharField(blank=True, max_length=32)),
                ("resident", models.CharField(blank=True, max_length=26)),
                ("invite", models.CharField(blank=True, max_length=26)),
                ("guest", models.CharField(blank=True, max_length=64)),
                ("session", models.CharField(blank=True, max_length=26)),
                ("key_hash", models.CharField(blank=True, max_length=64)),
                ("seen_open", models.BooleanField(null=True)),
                ("milliseconds", models.PositiveIntegerField(null=True)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "access log entry",
                "verbose_name_plural": "access log",
                "ordering": ("-sequence",),
            },
        ),
        migrations.CreateModel(
            name="Invite",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=visitor_portal.building.models.ids.new_id,
                        editable=False,
                        max_length=26,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "name",
                    models.CharField(
                        blank=True, help_text="Title of the invite, as “Dinner on Friday”.", max_length=120
                    ),
                ),
                (
                    "message",
                    models.JSONField(
                        blank=True, default=dict, help_text="The host's words to the guest, in each language."
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("anyone_with_link", "anyone with the link"),
                            ("listed_contacts", "only the named contact"),
                        ],
                        default="anyone_with_link",
                        help_text="The named contact proves itself by a code that is sent to it.",
                        max_length=16,
                    ),
                ),
                ("contact_name", models.CharField(blank=True, help_text="The guest's name.", max_length=120)),
                ("contact_email", models.EmailField(blank=True, help_text="Codes go there.", max_length=254)),
                ("contact_phone", models.CharField(blank=True, help_text="Codes go there by SMS.", max_length=32)),
                (
                    "locale",
                    models.CharField(
                        blank=True, help_text="The guest's language, as pt-br. Empty: the phone's.", max_length=12
                    ),
                ),
                (
                    "require_verified_phone",
                    models.BooleanField(default=False, help_text="On: each opening asks for a code by SMS."),
                ),
                ("pin_hash", models.CharField(blank=True, editable=False, max_length=256)),
                (
                    "max_uses",
                    models.PositiveIntegerField(blank=True, help_text="Openings in all. Empty: no limit.", null=True),
                ),
                ("uses", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "max_devices",
                    models.PositiveIntegerField(blank=True, help_text="Phones in all. Empty: no limit.", null=True),
                ),
                (
                    "curfew_exempt",
                    models.BooleanField(
                        default=False, help_text="On: curfew, weekdays and blackout dates don't count."
                    ),
                ),
                (
                    "location_mode",
                    models.CharField(
                        choices=[
                            ("inherit", "the building's address"),
                            ("explicit", "a place of its own"),
                            ("none", "no place"),
                        ],
                        default="inherit",
                        help_text="What the guest sees as the place.",
                        max_length=8,
                    ),
                ),
                (
                    "event_address",
                    models.JSONField(blank=True, default=dict, help_text="The place of its own, in each language."),
                ),
                ("photo", models.BinaryField(editable=True, null=True)),
                (
                    "is_enabled",
                    models.BooleanField(default=True, help_text="Off: opens nothing, until it is on again."),
                ),
                ("revoked_at", models.DateTimeField(editable=False, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="InviteClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="InviteDevice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("guest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="InviteRenewal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("note", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LogHead",
            fields=[
                ("building", models.CharField(max_length=26, primary_key=True, serialize=False)),
                ("sequence", models.PositiveBigIntegerField(default=0)),
                ("hash", models.CharField(blank=True, max_length=64)),
                ("purged_sequence", models.PositiveBigIntegerField(default=0)),
                ("purged_hash", models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=visitor_portal.building.models.ids.new_id,
                        editable=False,
                        max_length=26,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("sender", models.CharField(choices=[("caller", "Caller"), ("callee", "Callee")], max_length=6)),
                ("text", models.CharField(blank=True, max_length=200)),
                ("phrase", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Opener",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("driver", models.CharField(default="simulated", help_text="How it is reached.", max_length=32)),
                ("settings", models.JSONField(blank=True, default=dict, help_text="What its driver needs to know.")),
                ("sealed", models.TextField(blank=True, editable=False)),
                ("position", models.PositiveSmallIntegerField(default=0, help_text="The lowest is tried first.")),
                (
                    "label",
                    models.CharField(
                        blank=True, help_text="To tell it from the others, as “relay in the hall”.", max_length=80
                    ),
                ),
            ],
            options={
                "ordering": ("position", "id"),
            },
        ),
        migrations.CreateModel(
            name="OpeningCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("door", models.CharField(max_length=26)),
                ("month", models.DateField()),
                ("state", models.CharField(max_length=10)),
                ("count", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="OtpChallenge",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=visitor_portal.building.models.ids.new_id,
                        editable=False,
                        max_length=26,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("device", models.CharField(blank=True, max_length=64)),
                ("channel", models.CharField(max_length=8)),
                ("code_hash", models.CharField(max_length=256)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PinTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("device", models.CharField(blank=True, max_length=64)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SpentScan",
            fields=[
                ("nonce_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="WifiNetwork",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=visitor_portal.building.models.ids.new_id,
                        editable=False,
                        max_length=26,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "ssid",
                    models.CharField(help_text="As phones list it.", max_length=32, verbose_name="network name"),
                ),
                (
                    "security",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("wpa_psk", "WPA, one password"),
                            ("wpa_enterprise", "WPA enterprise"),
                        ],
                        default="wpa_psk",
                        help_text="How one joins.",
                        max_length=16,
                    ),
                ),
                ("username", models.CharField(blank=True, help_text="WPA enterprise only.", max_length=120)),
                ("sealed", models.TextField(blank=True, editable=False)),
                (
                    "hidden",
                    models.BooleanField(default=False, help_text="On: the network does not announce its name."),
                ),
                (
                    "notes",
                    models.CharField(blank=True, help_text="Where it reaches, as “lobby only”.", max_length=120),
                ),
                ("priority", models.PositiveSmallIntegerField(default=0, help_text="The lowest is listed first.")),
            ],
            options={
                "ordering": ("priority", "id"),
            },
        ),
        migrations.AddField(
            model_name="access",
            name="created_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name="access",
            name="description",
            field=models.TextField(blank=True, help_text="For the manager."),
        ),
        migrations.AddField(
            model_name="access",
            name="exception",
            field=models.TextField(
                blank=True,
                help_text="When it does not hold after all, as iCalendar text.",
                validators=[visitor_portal.building.models.checks.calendar],
            ),
        ),
        migrations.AddField(
            model_name="access",
            name="schedule",
            field=models.TextField(
                blank=True,
                help_text="When it holds, as iCalendar text. Empty: always.",
                validators=[visitor_portal.building.models.checks.calendar],
            ),
        ),
        migrations.AddField(
            model_name="access",
            name="status",
            field=models.CharField(
                choices=[("ready", "Ready"), ("deleted", "Deleted")], default="ready", editable=False, max_length=16
            ),
        ),
        migrations.AddField(
            model_name="accessdoor",
            name="grant_id",
            field=models.CharField(max_length=26, null=True, editable=False),
        ),
        migrations.AddField(
            model_name="accessdoor",
            name="lock_unlock_enabled",
            field=models.BooleanField(
                default=False, help_text="The door is held open while this access holds.", verbose_name="hold open"
            ),
        ),
        migrations.AddField(
            model_name="building",
            name="allowed_weekdays",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Days on which invites open, Sunday is 0, as [1, 2, 3]. Empty: every day.",
            ),
        ),
        migrations.AddField(
            model_name="building",
            name="blackout_dates",
            field=models.JSONField(
                blank=True, default=list, help_text='Dates on which no invite opens, as ["2026-12-24"].'
            ),
        ),
        migrations.AddField(
            model_name="building",
            name="branding",
            field=models.JSONField(
                blank=True, help_text='Passed on to clients as it is, as {"color": "#004d40"}.', null=True
            ),
        ),
        migrations.AddField(
            model_name="building",
            name="curfew_windows",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text='Hours in which no invite opens, as [{"start": "23:00", "end": "05:59"}].',
            ),
        ),
        migrations.AddField(
            model_name="building",
            name="image_url",
            field=models.URLField(blank=True, help_text="A picture of the house. Its host must be in IMAGE_HOSTS."),
        ),
        migrations.AddField(
            model_name="building",
            name="min_interval_ms",
            field=models.PositiveIntegerField(
                default=3000,
                help_text="Milliseconds between two openings anywhere in the building: one sender moves all its doors.",
                verbose_name="least interval",
            ),
        ),
        migrations.AddField(
            model_name="building",
            name="next_open_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="door",
            name="hold",
            field=models.CharField(
                choices=[("normal", "not held"), ("hold_open", "held open"), ("hold_closed", "held closed")],
                default="normal",
                help_text="Held closed, nobody opens it from here.",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="door",
            name="hold_reason",
            field=models.CharField(
                blank=True, help_text="Shown to visitors while the door is held, as “Moving day”.", max_length=200
            ),
        ),
        migrations.AddField(
            model_name="door",
            name="hold_tried_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="door",
            name="hold_until",
            field=models.DateTimeField(
                blank=True, help_text="When the hold ends by itself; empty: never.", null=True
            ),
        ),
        migrations.AddField(
            model_name="door",
            name="is_held_open",
            field=models.BooleanField(default=False, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="door",
            name="is_seen_open",
            field=models.BooleanField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="entry",
            name="alias",
            field=models.JSONField(
                blank=True, default=dict, help_text="Read by visitors in place of the name, in each language."
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="privacy",
            field=models.CharField(
                choices=[
                    ("name", "full name"),
                    ("alias", "alias"),
                    ("number", "number only"),
                    ("hidden", "hidden until searched"),
                ],
                default="name",
                help_text="What visitors read. Hidden: only whoever types the name finds it.",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="light",
            name="driver",
            field=models.CharField(default="simulated", help_text="How it is reached.", max_length=32),
        ),
        migrations.AddField(
            model_name="light",
            name="sealed",
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name="light",
            name="settings",
            field=models.JSONField(blank=True, default=dict, help_text="What its driver needs to know."),
        ),
        migrations.AddField(
            model_name="portal",
            name="retired_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="session",
            name="guest",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="simulateddoor",
            name="is_held",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="access",
            name="kind",
            field=models.CharField(
                choices=[("permanent", "Permanent"), ("temporary", "Temporary")],
                default="permanent",
                help_text="A temporary one vanishes after its end.",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="access",
            name="name",
            field=models.CharField(help_text="For the manager, as “Cleaners, weekdays”.", max_length=120),
        ),
        migrations.AlterField(
            model_name="accessdoor",
            name="in_auth_types",
            field=models.JSONField(
                blank=True, default=list, help_text='Means of going in, any one of these, as ["REMOTE"].'
            ),
        ),
        migrations.AlterField(
            model_name="accessdoor",
            name="out_auth_types",
            field=models.JSONField(blank=True, default=list, help_text="Means of going out, any one of these."),
        ),
        migrations.AlterField(
            model_name="building",
            name="address",
            field=models.JSONField(blank=True, default=dict, help_text="Where it stands, in each language."),
        ),
        migrations.AlterField(
            model_name="building",
            name="name",
            field=models.JSONField(help_text="What visitors call the building, in each language."),
        ),
        migrations.AlterField(
            model_name="building",
            name="time_zone",
            field=models.CharField(
                default="UTC",
                help_text="An IANA zone, as Europe/Lisbon. Schedules and curfews are read in it.",
                max_length=64,
                validators=[visitor_portal.building.models.checks.time_zone],
            ),
        ),
        migrations.AlterField(
            model_name="door",
            name="connected",
            field=models.BooleanField(
                default=True, help_text="Off: nothing here opens this door; its stickers stay valid."
            ),
        ),
        migrations.AlterField(
            model_name="door",
            name="entry_kind",
            field=models.CharField(
                choices=[("door", "Door"), ("gate", "Gate"), ("boom-gate", "Boom Gate")],
                default="door",
                help_text="What visitors see: a door or a gate.",
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="door",
            name="image_url",
            field=models.URLField(blank=True, help_text="A picture of the door. Its host must be in IMAGE_HOSTS."),
        ),
        migrations.AlterField(
            model_name="door",
            name="name",
            field=models.JSONField(help_text="What people call this door, in each language."),
        ),
        migrations.AlterField(
            model_name="door",
            name="open_seconds",
            field=models.PositiveIntegerField(default=7, help_text="How long one opening keeps it open."),
        ),
        migrations.AlterField(
            model_name="entry",
            name="name",
            field=models.JSONField(help_text="Who lives or works here, in each language."),
        ),
        migrations.AlterField(
            model_name="light",
            name="auto_off_seconds",
            field=models.PositiveIntegerField(
                default=120, help_text="Seconds until it goes off by itself; 0: never."
            ),
        ),
        migrations.AlterField(
            model_name="light",
            name="label",
            field=models.JSONField(default=dict, help_text="What people call it, in each language."),
        ),
        migrations.AlterField(
            model_name="light",
            name="on_until",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="membership",
            name="receives_calls",
            field=models.BooleanField(default=True, help_text="Off: calls to the entry don't ring this person."),
        ),
        migrations.AlterField(
            model_name="portal",
            name="direction",
            field=models.CharField(
                choices=[("in", "In"), ("out", "Out")],
                default="in",
                help_text="Which way somebody goes who stands before it.",
                max_length=3,
            ),
        ),
        migrations.AlterField(
            model_name="portal",
            name="directory",
            field=models.CharField(
                choices=[("ready", "Ready"), ("not_configured", "Not Configured"), ("disabled", "Disabled")],
                default="ready",
                help_text="Whether visitors may look for people.",
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["state", "expires_at"], name="session_by_deadline"),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["created_at"], name="session_by_start"),
        ),
        migrations.AddIndex(
            model_name="accesslog",
            index=models.Index(fields=["session"], name="log_by_session"),
        ),
        migrations.AddIndex(
            model_name="accesslog",
            index=models.Index(fields=["state", "at"], name="log_by_state"),
        ),
        migrations.AddConstraint(
            model_name="accesslog",
            constraint=models.UniqueConstraint(
                models.F("building"), models.F("sequence"), name="one_row_per_place_in_the_log"
            ),
        ),
        migrations.AddConstraint(
            model_name="accesslog",
            constraint=models.UniqueConstraint(models.F("attempt"), models.F("step"), name="each_step_once"),
        ),
        migrations.AddConstraint(
            model_name="accesslog",
            constraint=models.UniqueConstraint(
                models.F("key_hash"),
                condition=models.Q(("step", 1), models.Q(("key_hash", ""), _negated=True)),
                name="one_key_once",
            ),
        ),
        migrations.AddField(
            model_name="invite",
            name="access",
            field=models.OneToOneField(
                help_text="Which doors, and when. It belongs to this invite.",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="invite",
                to="building.access",
            ),
        ),
        migrations.AddField(
            model_name="invite",
            name="host",
            field=models.ForeignKey(
                blank=True,
                help_text="Who invites.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="invites",
                to="building.resident",
            ),
        ),
        migrations.AddField(
            model_name="inviteclaim",
            name="invite",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="claims", to="building.invite"
            ),
        ),
        migrations.AddField(
            model_name="inviteclaim",
            name="resident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="claims", to="building.resident"
            ),
        ),
        migrations.AddField(
            model_name="invitedevice",
            name="invite",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="devices", to="building.invite"
            ),
        ),
        migrations.AddField(
            model_name="inviterenewal",
            name="invite",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="renewals", to="building.invite"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="resident",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="building.resident"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="building.session"
            ),
        ),
        migrations.AddField(
            model_name="opener",
            name="door",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="openers", to="building.door"
            ),
        ),
        migrations.AddConstraint(
            model_name="openingcount",
            constraint=models.UniqueConstraint(
                models.F("door"), models.F("month"), models.F("state"), name="one_count_each"
            ),
        ),
        migrations.AddField(
            model_name="otpchallenge",
            name="invite",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="challenges", to="building.invite"
            ),
        ),
        migrations.AddField(
            model_name="pintry",
            name="invite",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="pin_tries", to="building.invite"
            ),
        ),
        migrations.AddField(
            model_name="wifinetwork",
            name="building",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="wifi_networks", to="building.building"
            ),
        ),
        migrations.AddField(
            model_name="invite",
            name="wifi_networks",
            field=models.ManyToManyField(
                blank=True,
                help_text="Shown to the guest while the invite is active.",
                related_name="invites",
                to="building.wifinetwork",
            ),
        ),
        migrations.AddConstraint(
            model_name="inviteclaim",
            constraint=models.UniqueConstraint(models.F("invite"), models.F("resident"), name="one_claim_each"),
        ),
        migrations.AddConstraint(
            model_name="inviterenewal",
            constraint=models.UniqueConstraint(
                models.F("invite"), condition=models.Q(("answered_at", None)), name="one_open_renewal_each"
            ),
        ),
    ]
