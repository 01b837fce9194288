from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("building", "0008_accesses_api"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitedevice",
            name="key",
            field=models.CharField(blank=True, default="", max_length=160),
        ),
        migrations.AddField(
            model_name="devicerequest",
            name="key",
            field=models.CharField(blank=True, default="", max_length=160),
        ),
    ]
