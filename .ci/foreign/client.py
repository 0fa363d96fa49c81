"""Calls the packaged server as a client of another language does, and checks the answers. Run by .ci/foreign-client."""

import base64
import os
import pathlib
import secrets
import signal
import subprocess
import sys
import threading
import time

import databroker_ext_pb2 as ext
import databroker_ext_pb2_grpc as ext_grpc
import databroker_pb2 as pb
import databroker_pb2_grpc as rpc
import grpc
import jwt
import registry_pb2 as registry
import registry_pb2_grpc as registry_grpc
from google.protobuf import any_pb2, duration_pb2, empty_pb2, field_mask_pb2, struct_pb2, timestamp_pb2
from google.protobuf.descriptor_pool import DescriptorPool
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status

DATABROKER, PKI = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
TIMEOUT = 20
passed = 0


def check(what, condition, seen=None):
    global passed
    if not condition:
        sys.exit(f"foreign-client: FAILED: {what}: {seen!r}")
    passed += 1


def pki(name):
    return (PKI / name).read_bytes()


class Server:
    """A packaged server in a process of its own."""

    def __init__(self, *options):
        env = {name: value for name, value in os.environ.items() if not name.startswith("DATABROKER_")}
        self.process = subprocess.Popen(
            [DATABROKER, "serve", "--listen", "127.0.0.1:0", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
        self.log = []
        threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True).start()
        ready = self.process.stdout.readline()
        check("the server is ready", ready.startswith("databroker ready: "), (ready, self.log))
        self.address = "localhost:" + ready.strip().rpartition(":")[2]

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(TIMEOUT)
        if failure[0] is None:
            check("the server ends well", code == 0, code)
            check("the server logs no fault", not any(" WARNING " in x or " SEVERE " in x for x in self.log), self.log)


def expect(what, call, code, reason=None):
    """Makes a call that has to fail with a status, and with a stable id where one is given."""
    try:
        answer = call()
        seen = answer if not hasattr(answer, "__next__") else list(answer)
    except grpc.RpcError as error:
        check(what, error.code() == code, (error.code(), error.details()))
        if reason is not None:
            info = error_details_pb2.ErrorInfo()
            rpc_status.from_call(error).details[0].Unpack(info)
            check(what, info.reason == reason, info)
        return
    check(what, False, seen)


def struct(**members):
    value = struct_pb2.Struct()
    value.update(members)
    data = any_pb2.Any()
    data.Pack(value)
    return data


def record(id, **members):
    return pb.Record(type="car", id=id, data=struct(**members))


class Calls:
    """Each call of the protocol, with the same metadata and a deadline."""

    def __init__(self, channel, metadata=()):
        def bind(stub):
            for name, method in vars(stub).items():
                setattr(self, name, lambda request, method=method: method(request, metadata=metadata, timeout=TIMEOUT))

        bind(rpc.CheckpointServiceStub(channel))
        bind(registry_grpc.RegistryStub(channel))
        bind(rpc.DataBrokerServiceStub(channel))
        conditional = ext_grpc.ConditionalServiceStub(channel)
        self.PutIf = lambda request: conditional.Put(request, metadata=metadata, timeout=TIMEOUT)
        self.channel, self.metadata = channel, metadata


def writes(calls):
    """Every call that changes something."""
    begin = calls.ServerInfo(empty_pb2.Empty())
    put = calls.Put(pb.PutRequest(records=[record("1", color="blue", wheels=4), record("2", color="red")]))
    check("Put answers as many records as it was sent", [x.id for x in put.records] == ["1", "2"], put)
    check("Put gives the next versions", [x.version - begin.latest_record_version for x in put.records] == [1, 2], put)
    check("Put says when", put.records[0].modified_at.seconds > 0, put)
    patched = calls.Patch(pb.PatchRequest(
        records=[record("1", color="green")], field_mask=field_mask_pb2.FieldMask(paths=["color"])))
    value = struct_pb2.Struct()
    patched.records[0].data.Unpack(value)
    check("Patch keeps the other fields", dict(value) == {"color": "green", "wheels": 4}, patched)
    absent = ext.ConditionalWrite(record=record("1"), absent=empty_pb2.Empty())
    expect("Put under a condition that does not hold", lambda: calls.PutIf(ext.ConditionalPutRequest(writes=[absent])),
           grpc.StatusCode.ABORTED, "condition-failed")
    options = pb.Options(capacity=100, indexable_fields=["color"], ttl=duration_pb2.Duration(seconds=3600))
    calls.SetOptions(pb.SetOptionsRequest(type="car", options=options))
    lease = calls.AcquireLease(pb.AcquireLeaseRequest(name="leader", duration=duration_pb2.Duration(seconds=60)))
    expect("AcquireLease of a name that is held", lambda: calls.AcquireLease(
        pb.AcquireLeaseRequest(name="leader", duration=duration_pb2.Duration(seconds=60))), grpc.StatusCode.ALREADY_EXISTS)
    calls.RenewLease(pb.RenewLeaseRequest(name="leader", id=lease.id, duration=duration_pb2.Duration(seconds=60)))
    calls.ReleaseLease(pb.ReleaseLeaseRequest(name="leader", id=lease.id))
    checkpoint = pb.Checkpoint(server_version=begin.server_version, record_version=2**64 - 1)
    calls.SetCheckpoint(pb.SetCheckpointRequest(checkpoint=checkpoint))
    service = registry.Service(kind=registry.AUTHORIZE, endpoint="https://localhost:1")
    again = calls.Report(registry.RegisterRequest(services=[service]))
    check("Report says when to report again", again.call_back_after.seconds > 0, again)
    deleted = calls.Put(pb.PutRequest(records=[pb.Record(type="car", id="2", deleted_at=timestamp_pb2.Timestamp(seconds=1))]))
    check("a delete takes a version", deleted.records[0].version == begin.latest_record_version + 4, deleted)
    return begin


def reads(calls, begin):
    """Every call that changes nothing, after the writes."""
    got = calls.Get(pb.GetRequest(type="car", id="1")).record
    check("Get", (got.type, got.id) == ("car", "1"), got)
    expect("Get of a deleted record", lambda: calls.Get(pb.GetRequest(type="car", id="2")), grpc.StatusCode.NOT_FOUND)
    check("ListTypes", list(calls.ListTypes(empty_pb2.Empty()).types) == ["car"])
    filter = struct_pb2.Struct()
    filter.update({"color": "green"})
    found = calls.Query(pb.QueryRequest(type="car", filter=filter, limit=10))
    check("Query", (found.total_count, found.records[0].id) == (1, "1"), found)
    check("GetOptions", calls.GetOptions(pb.GetOptionsRequest(type="car")).options.capacity == 100)
    check("GetCheckpoint", calls.GetCheckpoint(pb.GetCheckpointRequest()).checkpoint.record_version == 2**64 - 1)
    check("List", calls.List(registry.ListRequest()).services[0].endpoint == "https://localhost:1")
    watching = calls.Watch(registry.ListRequest(kinds=[registry.AUTHORIZE]))
    check("Watch", len(next(watching).services) == 1)
    watching.cancel()
    latest = list(calls.SyncLatest(pb.SyncLatestRequest()))
    check("SyncLatest", [x.WhichOneof("response") for x in latest] == ["record", "options", "versions"], latest)
    changes = list(calls.Sync(pb.SyncRequest(
        server_version=begin.server_version, record_version=begin.latest_record_version, wait=False)))
    check("Sync", [x.record.id for x in changes if x.HasField("record")] == ["1", "2", "1", "2"], changes)
    expect("Sync of another history", lambda: calls.Sync(pb.SyncRequest(server_version=1, wait=False)), grpc.StatusCode.ABORTED)
    following = calls.Sync(pb.SyncRequest(
        server_version=begin.server_version, record_version=latest[-1].versions.latest_record_version))
    check("Sync sends its headers at once", following.initial_metadata() is not None)
    following.cancel()


def health(channel):
    probe = health_pb2_grpc.HealthStub(channel)
    for service in ("", "databroker.DataBrokerService"):
        answer = probe.Check(health_pb2.HealthCheckRequest(service=service), timeout=TIMEOUT)
        check("health", answer.status == health_pb2.HealthCheckResponse.SERVING, answer)
    watching = probe.Watch(health_pb2.HealthCheckRequest(), timeout=TIMEOUT)
    check("health is watched", next(watching).status == health_pb2.HealthCheckResponse.SERVING)
    watching.cancel()


class WithMetadata(grpc.StreamStreamClientInterceptor):
    """Adds metadata to calls of a library that takes none."""

    def __init__(self, metadata):
        self.metadata = metadata

    def intercept_stream_stream(self, next_call, details, requests):
        return next_call(details._replace(metadata=self.metadata), requests)


def reflection(channel, metadata=()):
    database = ProtoReflectionDescriptorDatabase(grpc.intercept_channel(channel, WithMetadata(metadata)))
    services = set(database.get_services())
    check("reflection names the services", {
        "databroker.DataBrokerService", "databroker.CheckpointService", "registry.Registry",
        "grpc.health.v1.Health"} <= services, services)
    service = DescriptorPool(database).FindServiceByName("databroker.DataBrokerService")
    check("reflection describes a service", len(service.methods) == 14, [x.name for x in service.methods])


def token(key, **claims):
    return (("jwt", jwt.encode(claims, key, algorithm="HS256")),)


def soon():
    return int(time.time()) + 60


def plain_text():
    with Server() as server, grpc.insecure_channel(server.address) as channel:
        calls = Calls(channel)
        reads(calls, writes(calls))
        calls.Clear(empty_pb2.Empty())
        check("Clear", not calls.ListTypes(empty_pb2.Empty()).types)
        health(channel)
        expect("reflection that nobody asked for", lambda: ProtoReflectionDescriptorDatabase(channel).get_services(),
               grpc.StatusCode.UNIMPLEMENTED)
        with grpc.insecure_channel(server.address, compression=grpc.Compression.Gzip) as compressed:
            Calls(compressed).Put(pb.PutRequest(records=[record("1", text="x" * 100_000)]))
            check("gzip", Calls(compressed).Get(pb.GetRequest(type="car", id="1")).record.ByteSize() > 100_000)


def tls_and_key():
    key, other, reading = (secrets.token_bytes(32) for _ in range(3))
    for name, bytes in (("keys", key), ("reading", reading)):
        (PKI / name).write_text(base64.b64encode(bytes).decode() + "\n")
    with Server("--tls-cert", PKI / "known.pem", "--tls-key", PKI / "known.key", "--shared-key-file", PKI / "keys",
                "--read-only-key-file", PKI / "reading", "--reflection") as server:
        trusted = grpc.ssl_channel_credentials(pki("known-ca.pem"))
        with grpc.secure_channel(server.address, grpc.ssl_channel_credentials(pki("foreign-ca.pem"))) as channel:
            expect("a server of a foreign authority", lambda: Calls(channel, token(key, exp=soon())).ListTypes(empty_pb2.Empty()),
                   grpc.StatusCode.UNAVAILABLE)
        with grpc.insecure_channel(server.address) as channel:
            expect("plain text to TLS", lambda: Calls(channel).ListTypes(empty_pb2.Empty()), grpc.StatusCode.UNAVAILABLE)
        with grpc.secure_channel(server.address, trusted) as channel:
            good = Calls(channel, token(key, exp=soon()))
            begin = writes(good)
            reads(good, begin)
            reading_only = Calls(channel, token(reading, exp=soon()))
            reads(reading_only, begin)
            expect("a write with a read-only key", lambda: reading_only.Put(pb.PutRequest()),
                   grpc.StatusCode.PERMISSION_DENIED, "read-only-key")
            health(channel)
            reflection(channel, good.metadata)
            text = good.metadata[0][1]
            head, claims, signature = text.split(".")
            for what, metadata, reason in (
                ("no token", (), "unauthenticated"),
                ("an expired token", token(key, exp=soon() - 120), "token-expired"),
                ("a foreign key", token(other, exp=soon()), "unauthenticated"),
                ("no expiry", token(key, sub="x"), "unauthenticated"),
                ("an empty token", (("jwt", ""),), "unauthenticated"),
                ("a cut token", (("jwt", text[:-3]),), "unauthenticated"),
                ("no signature", (("jwt", head + "." + claims + "."),), "unauthenticated"),
                ("alg none", (("jwt", jwt.encode({"exp": soon()}, None, algorithm="none")),), "unauthenticated"),
                ("alg none with a signature", (("jwt", jwt.encode({"exp": soon()}, None, algorithm="none") + signature),),
                 "unauthenticated"),
                ("another algorithm", (("jwt", jwt.encode({"exp": soon()}, key + key, algorithm="HS512")),), "unauthenticated"),
                ("a token as authorization", (("authorization", "Bearer " + text),), "unauthenticated"),
            ):
                calls = Calls(channel, metadata)
                expect(what, lambda: calls.ListTypes(empty_pb2.Empty()), grpc.StatusCode.UNAUTHENTICATED, reason)
                expect(what, lambda: calls.Clear(empty_pb2.Empty()), grpc.StatusCode.UNAUTHENTICATED, reason)
                expect(what, lambda: calls.SyncLatest(pb.SyncLatestRequest()), grpc.StatusCode.UNAUTHENTICATED, reason)
                expect(what, lambda: reflection(channel, metadata), grpc.StatusCode.UNAUTHENTICATED)
            check("nothing was cleared", list(good.ListTypes(empty_pb2.Empty()).types) == ["car"])


def client_certificate():
    with Server("--tls-cert", PKI / "known.pem", "--tls-key", PKI / "known.key", "--tls-client-ca", PKI / "known-ca.pem") as server:
        for who, own in (("nobody", ()), ("a foreign client", (pki("foreign.key"), pki("foreign.pem")))):
            with grpc.secure_channel(server.address, grpc.ssl_channel_credentials(pki("known-ca.pem"), *own)) as channel:
                expect(who, lambda: Calls(channel).ListTypes(empty_pb2.Empty()), grpc.StatusCode.UNAVAILABLE)
        own = grpc.ssl_channel_credentials(pki("known-ca.pem"), pki("known.key"), pki("known.pem"))
        with grpc.secure_channel(server.address, own) as channel:
            calls = Calls(channel)
            reads(calls, writes(calls))
            health(channel)


for scene in (plain_text, tls_and_key, client_certificate):
    before = passed
    scene()
    print(f"foreign-client: ok: {scene.__name__.replace('_', ' ')}, {passed - before} checks", flush=True)
