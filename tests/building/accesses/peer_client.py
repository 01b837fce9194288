"""A client that knows nothing of ours: it runs in a process of its own, over stubs made of its own files.

Arguments: address, organisation, token, door, and a UUID for the access. It writes a temporary access, waits for it,
reads it, deletes it, and prints what it saw as JSON. The folder of its stubs is where Python looks for modules.
"""

import json
import sys
import time

import entryfy_pb2 as pb
import entryfy_pb2_grpc as stubs
import grpc

FINISHED = 2


def main(address: str, slug: str, token: str, door: str, uuid: str) -> None:
    with grpc.insecure_channel(address) as channel:
        said = {"metadata": [("authorization", f"Bearer {token}")], "timeout": 10}
        accesses = stubs.AccessesServiceStub(channel)
        way = pb.Body.Door(door_uuid=door, in_auth_types=["remote"])
        body = pb.Body(uuid=uuid, name="A parcel", kind=2, doors=[way])
        body.valid_to.FromSeconds(int(time.time()) + 3600)
        request = pb.CreateAccessesRequest(organization_slug=slug, access_bodies=[body])
        (receipt,) = accesses.CreateAccesses(request, **said).biz_operations
        watched = pb.Asked(organization_slug=slug, uuids=[receipt.uuid])
        changes = stubs.BizOperationsServiceStub(channel).WatchBizOperationChanges(watched, **said)
        last = next(c.status for some in changes for c in some.biz_operation_statuses if c.status == FINISHED)
        asked = pb.Asked(organization_slug=slug, uuids=[uuid])
        (found,) = accesses.GetAccesses(asked, **said).accesses
        accesses.DeleteAccesses(asked, **said)
        means = [[way.door_uuid, *way.in_auth_types] for way in found.doors]
        same_end = found.valid_to == body.valid_to
        sys.stdout.write(json.dumps([receipt.status, last, found.uuid, found.kind, found.status, same_end, means]))


if __name__ == "__main__":
    main(*sys.argv[1:])
