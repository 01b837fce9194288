"""The access log: only ever added to, each row chained to the one before it.

A row is one step of one attempt. It holds ids and no names, and no foreign keys: nothing that is deleted or changed
elsewhere changes a row.
"""

from django.db import models

from .ids import new_id


class AccessLog(models.Model):
    class State(models.TextChoices):
        REQUESTED = "requested"  # written down, nothing sent
        SENT = "sent"  # the driver is about to be asked; only an end may follow
        CONFIRMED = "confirmed"
        REFUSED = "refused"  # surely not opened; `reason` says why
        UNKNOWN = "unknown"  # asked, and no answer that can be trusted
        SEEN_OPEN = "seen_open"  # the door's contact, after the pulse
        SEEN_SHUT = "seen_shut"

    ENDS = (State.CONFIRMED, State.REFUSED, State.UNKNOWN)
    # Auth types of what opens a door for nobody: a manager's test-fire, and a lock that is told to hold or to let go.
    FOR_NOBODY = ("DESK", "HOLD", "RELEASE")

    id = models.CharField(max_length=26, primary_key=True, default=new_id, editable=False)
    building = models.CharField(max_length=26)
    sequence = models.PositiveBigIntegerField()
    attempt = models.CharField(max_length=26)
    step = models.PositiveSmallIntegerField()  # of the attempt: 1 requested, 2 sent, 3 its end, 4 and 5 the contact
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State)
    reason = models.CharField(max_length=40, blank=True)
    door = models.CharField(max_length=26)
    portal = models.CharField(max_length=64, blank=True)
    direction = models.CharField(max_length=3, blank=True)
    auth_type = models.CharField(max_length=32, blank=True)
    resident = models.CharField(max_length=26, blank=True)
    invite = models.CharField(max_length=26, blank=True)
    guest = models.CharField(max_length=64, blank=True)
    session = models.CharField(max_length=26, blank=True)
    # A replay meets the row of the first try. Kept as a hash: a key that can be read can be replayed.
    key_hash = models.CharField(max_length=64, blank=True)
    seen_open = models.BooleanField(null=True)  # by the door's contact, at once; empty without one
    milliseconds = models.PositiveIntegerField(null=True)  # since `sent`
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = "access log entry"
        verbose_name_plural = "access log"
        ordering = ("-sequence",)
        constraints = [
            models.UniqueConstraint("building", "sequence", name="one_row_per_place_in_the_log"),
            # Of two that would end one attempt, or take one step of it twice, the database lets one through.
            models.UniqueConstraint("attempt", "step", name="each_step_once"),
            models.UniqueConstraint(
                "key_hash", condition=models.Q(step=1) & ~models.Q(key_hash=""), name="one_key_once"
            ),
        ]
        indexes = [
            models.Index(fields=("session",), name="log_by_session"),
            models.Index(fields=("state", "at"), name="log_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.door}: {self.state} {self.reason}".strip()


class LogHead(models.Model):
    """Where a building's log ends, and where it begins since old rows were purged."""

    building = models.CharField(max_length=26, primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)
    purged_sequence = models.PositiveBigIntegerField(default=0)
    purged_hash = models.CharField(max_length=64, blank=True)
    purged_seal = models.CharField(max_length=64, blank=True)  # keyed; without it nothing vouches for the purge

    def __str__(self) -> str:
        return f"{self.sequence} {self.hash[:8]}"


class OpeningCount(models.Model):
    """What stays of purged rows: how many attempts of people at a door in a month ended how."""

    door = models.CharField(max_length=26)
    month = models.DateField()
    state = models.CharField(max_length=10)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("door", "month", "state", name="one_count_each")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.state}: {self.count}"
