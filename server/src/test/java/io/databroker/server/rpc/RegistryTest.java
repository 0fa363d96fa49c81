package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.registry.ListRequest;
import io.databroker.server.proto.registry.RegisterRequest;
import io.databroker.server.proto.registry.RegistryGrpc;
import io.databroker.server.proto.registry.Service;
import io.databroker.server.proto.registry.ServiceKind;
import io.databroker.server.proto.registry.ServiceList;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RegistryTest {
  private static final Service METRICS =
      service(ServiceKind.PROMETHEUS_METRICS, "http://one:9090/metrics");
  private static final Service PROXY = service(ServiceKind.PROXY, "https://two:443");

  private final LockedBackend backend = new LockedBackend();
  private Served served;

  @BeforeEach
  void serve() throws Exception {
    served = Served.over(Served.Transport.IN_PROCESS, backend);
  }

  @AfterEach
  void close() {
    served.close();
    backend.close();
  }

  @Test
  void whatIsReportedIsListedByKind() {
    assertThat(report(METRICS, PROXY)).isEqualTo(30);
    assertThat(list()).containsExactly(PROXY, METRICS);
    assertThat(list(ServiceKind.PROXY)).containsExactly(PROXY);
    assertThat(list(ServiceKind.CONSOLE)).isEmpty();
    assertThat(backend.listTypes()).as("records are not touched").isEmpty();
  }

  @Test
  void unknownFieldsOfAServiceAreNotKept() {
    UnknownFieldSet.Field megabyte =
        UnknownFieldSet.Field.newBuilder()
            .addLengthDelimited(ByteString.copyFrom(new byte[1 << 20]))
            .build();
    Service large =
        METRICS.toBuilder()
            .setUnknownFields(UnknownFieldSet.newBuilder().addField(99, megabyte).build())
            .build();
    assertThat(report(large)).isEqualTo(30);
    assertThat(list()).containsExactly(METRICS);
  }

  @Test
  void aWatchTellsTheWholeListNowAndWhenItHasChanged() {
    Iterator<ServiceList> watch = stub().watch(ListRequest.getDefaultInstance());
    assertThat(watch.next().getServicesList()).isEmpty();
    report(METRICS);
    assertThat(watch.next().getServicesList()).containsExactly(METRICS);
    report(METRICS); // no change, so no message
    report(PROXY);
    assertThat(watch.next().getServicesList()).containsExactly(PROXY, METRICS);
  }

  @Test
  void aWatchOfAKindIsToldNothingOfOthers() {
    Iterator<ServiceList> watch =
        stub().watch(ListRequest.newBuilder().addKinds(ServiceKind.PROXY).build());
    assertThat(watch.next().getServicesList()).isEmpty();
    report(METRICS);
    report(PROXY);
    assertThat(watch.next().getServicesList()).containsExactly(PROXY);
  }

  @Test
  void aServiceThatDoesNotReportAgainEnds() {
    AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000); // wraps around
    Registrations registrations = new Registrations(clock::get);
    registrations.report(List.of(METRICS));
    RegistrySource watch = new RegistrySource(registrations, ListRequest.getDefaultInstance());
    assertThat(watch.poll().getServicesList()).containsExactly(METRICS);
    List<String> signals = new ArrayList<>();
    watch.onReady(() -> signals.add("changed"));
    clock.addAndGet(Registrations.TTL.toNanos() - 1);
    registrations.report(List.of(PROXY));
    registrations.sweep();
    assertThat(registrations.list()).containsExactly(PROXY, METRICS);
    clock.addAndGet(1);
    assertThat(registrations.list()).containsExactly(PROXY);
    registrations.sweep();
    assertThat(signals).hasSize(1);
    assertThat(watch.poll().getServicesList()).containsExactly(PROXY);
    assertThat(watch.poll()).isNull();
  }

  @Test
  void aChangeThatComesBetweenAPollAndItsSignalIsNotLost() {
    Registrations registrations = new Registrations(System::nanoTime);
    RegistrySource watch = new RegistrySource(registrations, ListRequest.getDefaultInstance());
    assertThat(watch.poll()).isNotNull();
    assertThat(watch.poll()).isNull();
    registrations.report(List.of(METRICS));
    List<String> signals = new ArrayList<>();
    watch.onReady(() -> signals.add("changed"));
    assertThat(signals).hasSize(1);
  }

  @Test
  void aReportThatIsNoneIsRefused() {
    refused("services is \"empty\"");
    refused("services[1].kind", METRICS, Service.newBuilder().setEndpoint("http://a").build());
    refused("services[0].endpoint", service(ServiceKind.PROXY, "not a uri"));
    refused("services[0].endpoint", service(ServiceKind.PROXY, ""));
    refused("services[0].endpoint", service(ServiceKind.PROXY, "http://" + "a".repeat(3_000)));
    assertThat(list()).isEmpty();
  }

  @Test
  void theNumberOfServicesHasALimit() {
    Registrations registrations = new Registrations(System::nanoTime);
    List<Service> many = new ArrayList<>();
    for (int i = 0; i < Registrations.MOST; i++) {
      many.add(service(ServiceKind.PROXY, "http://" + i));
    }
    registrations.report(many);
    registrations.report(many);
    assertThatThrownBy(() -> registrations.report(List.of(METRICS)))
        .hasMessageContaining("limit-exceeded");
    assertThat(registrations.list()).hasSize(Registrations.MOST);
  }

  private void refused(String told, Service... services) {
    assertThatThrownBy(() -> report(services))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT))
        .hasMessageContaining(told);
  }

  private long report(Service... services) {
    return stub()
        .report(RegisterRequest.newBuilder().addAllServices(List.of(services)).build())
        .getCallBackAfter()
        .getSeconds();
  }

  private List<Service> list(ServiceKind... kinds) {
    return stub()
        .list(ListRequest.newBuilder().addAllKinds(List.of(kinds)).build())
        .getServicesList();
  }

  private RegistryGrpc.RegistryBlockingStub stub() {
    return RegistryGrpc.newBlockingStub(served.channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static Service service(ServiceKind kind, String endpoint) {
    return Service.newBuilder().setKind(kind).setEndpoint(endpoint).build();
  }
}
