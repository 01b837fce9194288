import django.db.models.deletion
import django.utils.timezone
import visitor_portal.building.models.checks
import visitor_portal.building.models.ids
from django.conf import settings
from django.db import migrations, models
from django.utils.text import slugify


def found(apps, schema_editor):
    """Each building is an organisation of the API from now on."""
    Organization = apps.get_model("building", "Organization")
    for building in apps.get_model("building", "Building").objects.order_by("id"):
        name = building.name.get("en") or next(iter(building.name.values()), "")
        slug = slugify(name)[:40] or "building"
        if Organization.objects.filter(slug=slug).exists():
            slug = f"{slug}-{building.id.lower()}"
        Organization.objects.create(building=building, slug=slug)


class Migration(migrations.Migration):

    dependencies = [
        ('building', '0007_cameras'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('resident', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='account', serialize=False, to='building.resident')),
                ('first_name', models.CharField(blank=True, max_length=120)),
                ('last_name', models.CharField(blank=True, max_length=120)),
                ('roles', models.JSONField(default=list)),
                ('enabled', models.BooleanField(default=True)),
                ('valid_from', models.DateTimeField(null=True)),
                ('valid_to', models.DateTimeField(null=True)),
                ('preferences', models.JSONField(default=dict)),
                ('password', models.CharField(blank=True, max_length=256)),
                ('pin_hash', models.CharField(blank=True, max_length=256)),
                ('pin_label', models.CharField(blank=True, max_length=80)),
                ('is_welcome_due', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.AlterField(
            model_name='access',
            name='status',
            field=models.CharField(choices=[('initial', 'Initial'), ('creating', 'Creating'), ('ready', 'Ready'), ('deleted', 'Deleted')], default='ready', editable=False, max_length=16),
        ),
        migrations.CreateModel(
            name='LoginTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=254)),
                ('device', models.CharField(blank=True, max_length=64)),
                ('peer', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['name', 'at'], name='login_try_by_name'), models.Index(fields=['peer', 'at'], name='login_try_by_peer')],
            },
        ),
        migrations.CreateModel(
            name='NamedSchedule',
            fields=[
                ('id', models.CharField(default=visitor_portal.building.models.ids.new_id, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('description', models.TextField(blank=True)),
                ('slug', models.CharField(blank=True, max_length=80)),
                ('definition', models.TextField(blank=True, validators=[visitor_portal.building.models.checks.calendar])),
                ('exception', models.TextField(blank=True, validators=[visitor_portal.building.models.checks.calendar])),
                ('preferences', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('building', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='named_schedules', to='building.building')),
            ],
        ),
        migrations.CreateModel(
            name='GivenAccess',
            fields=[
                ('access', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='given', serialize=False, to='building.access')),
                ('preferences', models.JSONField(default=dict)),
                ('spelling', models.JSONField(default=dict)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('schedule', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='building.namedschedule')),
            ],
        ),
        migrations.CreateModel(
            name='Organization',
            fields=[
                ('building', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='organization', serialize=False, to='building.building')),
                ('slug', models.SlugField(help_text='Its name in the API. Whoever uses the old one is refused.', max_length=80, unique=True)),
                ('operators', models.ManyToManyField(blank=True, help_text='Staff who may read and write it over the API. Superusers may anyway.', related_name='organizations', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='AccessGuest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('mailing_at', models.DateTimeField(null=True)),
                ('access', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='guests', to='building.access')),
                ('invite', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='guest_of', to='building.invite')),
                ('resident', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='building.resident')),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('access'), models.F('email'), name='one_link_per_access_and_guest')],
            },
        ),
        migrations.CreateModel(
            name='AccountSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('auth_hash', models.CharField(max_length=64, unique=True)),
                ('reissue_hash', models.CharField(max_length=64, unique=True)),
                ('device', models.CharField(max_length=64)),
                ('password_mark', models.CharField(max_length=64)),
                ('expires_at', models.DateTimeField()),
                ('resident', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='building.resident')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('user', None), ('resident', None), _connector='XOR'), name='session_is_of_one_account')],
            },
        ),
        migrations.CreateModel(
            name='BizOperation',
            fields=[
                ('id', models.CharField(default=visitor_portal.building.models.ids.new_id, editable=False, max_length=26, primary_key=True, serialize=False)),
                ('kind', models.PositiveSmallIntegerField(choices=[(1, 'Create Schedule'), (36, 'Create Access'), (37, 'Update Access'), (38, 'Delete Access'), (39, 'Create User'), (40, 'Update User'), (41, 'Delete User')])),
                ('status', models.PositiveSmallIntegerField(choices=[(1, 'Pending'), (2, 'Finished'), (3, 'Failed'), (5, 'Accepted')], default=5)),
                ('subject', models.CharField(max_length=26)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('errors', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('building', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='biz_operations', to='building.building')),
            ],
            options={
                'indexes': [models.Index(fields=['building', 'updated_at'], name='biz_operation_by_change'), models.Index(fields=['subject'], name='biz_operation_by_subject')],
            },
        ),
        migrations.RunPython(found, migrations.RunPython.noop),
    ]
