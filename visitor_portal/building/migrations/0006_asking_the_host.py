import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('building', '0005_seal_purges'),
    ]

    operations = [
        migrations.AddField(
            model_name='invite',
            name='mailed_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='invite',
            name='sequence',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='resident',
            name='email',
            field=models.EmailField(blank=True, help_text='Asked there when a guest of theirs wants an invite on one more phone.', max_length=254, verbose_name='e-mail'),
        ),
        migrations.AlterField(
            model_name='invite',
            name='contact_phone',
            field=models.CharField(blank=True, help_text='With its country, as +351 912 345 678. Codes go there by SMS.', max_length=32),
        ),
        migrations.CreateModel(
            name='DeviceRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret_hash', models.CharField(max_length=64, unique=True)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('guest', models.CharField(max_length=64)),
                ('asked_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('is_allowed', models.BooleanField(default=False)),
                ('invite', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='device_requests', to='building.invite')),
            ],
        ),
    ]
