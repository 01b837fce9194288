from django.db import migrations, models

import visitor_portal.building.models.ids


class Migration(migrations.Migration):
    dependencies = [("building", "0003_move_rows")]

    operations = [
        migrations.AlterField(
            model_name="accessdoor",
            name="grant_id",
            field=models.CharField(
                default=visitor_portal.building.models.ids.new_id, editable=False, max_length=26, unique=True
            ),
        ),
        migrations.RemoveField(
            model_name="door",
            name="driver",
        ),
        migrations.RemoveField(
            model_name="door",
            name="driver_settings",
        ),
        migrations.RemoveField(
            model_name="door",
            name="min_interval_ms",
        ),
        migrations.RemoveField(
            model_name="door",
            name="next_open_at",
        ),
        migrations.DeleteModel(
            name="OldAccessLog",
        ),
    ]
