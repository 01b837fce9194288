"""Every service that is served, by its real name."""

from typing import Any

from . import accesses, doors, logs, operations, organizations, schedules, sessions, sites, users
from .generated import entryfy_account_v1_pb2 as account_pb
from .generated import entryfy_account_v1_pb2_grpc as account
from .generated import entryfy_org_user_v1_pb2 as user_pb
from .generated import entryfy_org_user_v1_pb2_grpc as user
from .generated import entryfy_org_v1_pb2 as v1_pb
from .generated import entryfy_org_v1_pb2_grpc as v1
from .generated import entryfy_org_v2_pb2 as v2_pb
from .generated import entryfy_org_v2_pb2_grpc as v2
from .watching import Watching


def add(server: Any) -> list[str]:
    """Their full names."""
    watching = Watching()
    account.add_SessionsServiceServicer_to_server(sessions.Sessions(), server)
    v1.add_AccessesServiceServicer_to_server(accesses.Accesses(), server)
    v1.add_BizOperationsServiceServicer_to_server(operations.BizOperations(watching), server)
    v1.add_UsersServiceServicer_to_server(users.Users(), server)
    v1.add_SchedulesServiceServicer_to_server(schedules.Schedules(), server)
    v1.add_OrganizationsServiceServicer_to_server(organizations.Organizations(), server)
    v1.add_AccessLogsServiceServicer_to_server(logs.AccessLogs(watching), server)
    v1.add_DoorsServiceServicer_to_server(doors.DoorsV1(watching), server)
    v2.add_DoorsServiceServicer_to_server(doors.Doors(watching), server)
    v2.add_SitesServiceServicer_to_server(sites.Sites(), server)
    user.add_DoorsServiceServicer_to_server(doors.UserDoors(watching), server)
    files = (account_pb, v1_pb, v2_pb, user_pb)
    return [service.full_name for file in files for service in file.DESCRIPTOR.services_by_name.values()]
