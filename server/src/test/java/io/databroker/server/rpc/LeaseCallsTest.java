package io.databroker.server.rpc;

import static io.databroker.server.rpc.Failures.code;
import static io.databroker.server.rpc.Failures.failure;
import static io.databroker.server.rpc.Failures.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.Empty;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.AcquireLeaseRequest;
import io.databroker.server.proto.ReleaseLeaseRequest;
import io.databroker.server.proto.RenewLeaseRequest;
import io.grpc.Status.Code;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that acquire, renew and release leases. */
@ParameterizedClass
@EnumSource
class LeaseCallsTest {
  private static final Empty EMPTY = Empty.getDefaultInstance();
  private final LockedBackend backend = new LockedBackend();
  @AutoClose private final Served served;

  LeaseCallsTest(Served.Transport transport) throws Exception {
    served = Served.over(transport, backend.checked());
  }

  @Test
  void whatIsNotFoundIsShownShortSoThatTheStatusFitsItsHeader() {
    String name = "é😀\n".repeat(140);
    assertThat(failure(() -> served.get("a", name)).getStatus().getDescription())
        .startsWith("no record (\"a\", \"é😀\n")
        .hasSizeLessThan(200);
    String id = acquire(name, 10);
    assertThat(code(() -> acquire(name, 10))).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(code(() -> renew(name, id + "0".repeat(20_000), 10))).isEqualTo(Code.ALREADY_EXISTS);
  }

  @Test
  void aLeaseIsHeldRenewedLostAndReleased() {
    String id = acquire("leader", 10);
    assertThat(id).isEqualTo("41");
    assertThat(code(() -> acquire("leader", 10))).isEqualTo(Code.ALREADY_EXISTS);
    renew("leader", id, 20);
    assertThat(code(() -> renew("leader", "40", 20))).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(code(() -> renew("leader", "not an id", 20))).isEqualTo(Code.ALREADY_EXISTS);
    release("leader", "40"); // a lease of another holder: no error
    release("leader", "");
    backend.now = backend.now.plusSeconds(15);
    renew("leader", id, 1);
    release("leader", id);
    String next = acquire("leader", 10);
    assertThat(next).isEqualTo("42");
    backend.now = backend.now.plusSeconds(10);
    assertThat(code(() -> renew("leader", next, 1))).isEqualTo(Code.ALREADY_EXISTS);
    // Pomerium's server accepts a lease without a duration, which ends at once.
    String over = acquire("other", 0);
    renew("other", over, 0);
    backend.now = backend.now.plusNanos(1_000);
    assertThat(code(() -> renew("other", over, 10))).isEqualTo(Code.ALREADY_EXISTS);
    renew("other", acquire("other", 10), -1);
    backend.now = backend.now.plusNanos(1_000);
    acquire("other", -1);
    assertThat(code(() -> acquire("", 10))).isEqualTo(Code.INVALID_ARGUMENT);
  }

  @Test
  void aRefusalHasAnId() throws Exception {
    assertThat(id(failure(() -> served.get("a", "1")))).isEqualTo("record-not-found");
    String held = acquire("leader", 10);
    assertThat(id(failure(() -> acquire("leader", 10)))).isEqualTo("lease-held");
    assertThat(id(failure(() -> renew("leader", held + "0", 10)))).isEqualTo("lease-not-held");
  }

  private String acquire(String name, long seconds) {
    return served
        .records()
        .acquireLease(
            AcquireLeaseRequest.newBuilder().setName(name).setDuration(seconds(seconds)).build())
        .getId();
  }

  private void renew(String name, String id, long seconds) {
    Empty answer =
        served
            .records()
            .renewLease(
                RenewLeaseRequest.newBuilder()
                    .setName(name)
                    .setId(id)
                    .setDuration(seconds(seconds))
                    .build());
    assertThat(answer).isEqualTo(EMPTY);
  }

  private void release(String name, String id) {
    Empty answer =
        served
            .records()
            .releaseLease(ReleaseLeaseRequest.newBuilder().setName(name).setId(id).build());
    assertThat(answer).isEqualTo(EMPTY);
  }

  private static Duration seconds(long seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }
}
