import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('building', '0006_asking_the_host'),
    ]

    operations = [
        migrations.CreateModel(
            name='Camera',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device_id', models.CharField(help_text='Its name at the camera server, as front_door. “simulated” is a drawn picture with the time.', max_length=128, validators=[django.core.validators.RegexValidator('^(?!\\.+\\Z)[A-Za-z0-9_.:@-]+\\Z', 'Letters, digits and _ . : @ - only, as front_door.')], verbose_name='device')),
                ('label', models.CharField(help_text='What residents read below the picture, as “Lobby”.', max_length=80)),
                ('position', models.PositiveSmallIntegerField(default=0, help_text='The lowest is shown first.')),
                ('portal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cameras', to='building.portal')),
            ],
            options={
                'ordering': ('position', 'id'),
                'constraints': [models.UniqueConstraint(fields=('portal', 'device_id'), name='one_camera_each')],
            },
        ),
    ]
