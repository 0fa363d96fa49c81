package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.net.Network;
import io.databroker.server.proto.registry.ListRequest;
import io.databroker.server.proto.registry.RegisterRequest;
import io.databroker.server.proto.registry.RegistryGrpc;
import io.databroker.server.proto.registry.Service;
import io.databroker.server.proto.registry.ServiceKind;
import io.databroker.server.proto.registry.ServiceList;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
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
    registrations.report(client(0), List.of(METRICS));
    RegistrySource watch = new RegistrySource(registrations, ListRequest.getDefaultInstance());
    assertThat(watch.poll().getServicesList()).containsExactly(METRICS);
    List<String> signals = new ArrayList<>();
    watch.onReady(() -> signals.add("changed"));
    clock.addAndGet(Registrations.TTL.toNanos() - 1);
    registrations.report(client(0), List.of(PROXY));
    registrations.sweep();
    assertThat(all(registrations)).containsExactly(PROXY, METRICS);
    clock.addAndGet(1);
    assertThat(all(registrations)).containsExactly(PROXY);
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
    registrations.report(client(0), List.of(METRICS));
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
    reportInParts(registrations, many);
    reportInParts(registrations, many);
    assertThatThrownBy(() -> registrations.report(client(5), List.of(METRICS)))
        .hasMessageContaining("limit-exceeded");
    assertThat(all(registrations)).hasSize(Registrations.MOST);
  }

  /** Reports each quarter of the services from another client. */
  private static void reportInParts(Registrations registrations, List<Service> services) {
    int quarter = (services.size() + 3) / 4;
    for (int i = 0; i < services.size(); i += quarter) {
      registrations.report(
          client(i / quarter), services.subList(i, Math.min(i + quarter, services.size())));
    }
  }

  @Test
  void oneClientCannotFillTheRegistryForAllOthers() {
    AtomicLong clock = new AtomicLong();
    Registrations registrations = new Registrations(clock::get);
    List<Service> own = new ArrayList<>();
    for (int i = 0; i < Registrations.MOST / 4; i++) {
      own.add(service(ServiceKind.PROXY, "http://" + i));
    }
    registrations.report(client(0), own);
    registrations.report(client(0), own);
    assertThatThrownBy(() -> registrations.report(client(0), List.of(METRICS)))
        .hasMessageContaining("services has 2501 services of one address; give at most 2500");
    registrations.report(client(1), List.of(METRICS, own.get(0)));
    assertThat(all(registrations)).hasSize(2_501);

    clock.addAndGet(Registrations.TTL.toNanos() - 1);
    registrations.report(client(1), List.of(own.get(0)));
    clock.addAndGet(1);
    assertThat(all(registrations)).as("any client extends a service").hasSize(1);
    registrations.report(client(0), own);
    assertThatThrownBy(() -> registrations.report(client(0), List.of(METRICS)))
        .hasMessageContaining("of one address");
    clock.addAndGet(Registrations.TTL.toNanos());
    registrations.report(client(1), own);
    assertThat(all(registrations)).as("a place that has ended is free").hasSize(2_500);
  }

  @Test
  void largeServicesOfOneClientCannotFillTheRegistryEither() {
    Registrations registrations = new Registrations(System::nanoTime);
    List<Service> own = new ArrayList<>();
    for (int i = 0; i < Registrations.MOST_BYTES / 4 / 2_000; i++) {
      own.add(service(ServiceKind.PROXY, String.format(Locale.ROOT, "http://%01980d", i)));
    }
    registrations.report(client(0), own);
    Service more = service(ServiceKind.PROXY, "http://" + "a".repeat(2_000));
    assertThatThrownBy(() -> registrations.report(client(0), List.of(more)))
        .hasMessageContaining("bytes of one address; give at most 262144");
    registrations.report(client(1), List.of(more));
    assertThat(all(registrations)).hasSize(own.size() + 1);
  }

  @Test
  void aListOfAllServicesFitsInAMessageOfAnyClient() {
    AtomicLong clock = new AtomicLong();
    Registrations registrations = new Registrations(clock::get);
    List<Service> many = new ArrayList<>();
    int size = Registrations.MOST_BYTES / 600;
    for (int i = 0; i < size; i++) {
      many.add(service(ServiceKind.PROXY, String.format(Locale.ROOT, "http://%0580d", i)));
    }
    reportInParts(registrations, many);
    reportInParts(registrations, many);
    assertThat(registrations.list(ServiceKinds.ALL).list().getSerializedSize())
        .isLessThanOrEqualTo(Registrations.MOST_BYTES);
    List<Service> more = List.of(service(ServiceKind.CONSOLE, "http://" + "a".repeat(20_000)));
    assertThatThrownBy(() -> registrations.report(client(5), more)).hasMessageContaining("bytes");
    assertThat(all(registrations)).hasSize(size);
    clock.addAndGet(Registrations.TTL.toNanos());
    registrations.report(client(5), more);
    assertThat(all(registrations)).isEqualTo(more);
  }

  @Test
  void aWatchOfUnknownKindsIsToldOfThem() {
    AtomicLong clock = new AtomicLong();
    Registrations registrations = new Registrations(clock::get);
    Service unknown = Service.newBuilder().setKindValue(-7).setEndpoint("http://a").build();
    ListRequest request = ListRequest.newBuilder().addKindsValue(99).addKindsValue(-7).build();
    RegistrySource watch = new RegistrySource(registrations, request);
    assertThat(watch.poll().getServicesList()).isEmpty();
    registrations.report(client(0), List.of(unknown, METRICS));
    assertThat(watch.poll().getServicesList()).containsExactly(unknown);
    clock.addAndGet(Registrations.TTL.toNanos() / 2);
    registrations.report(client(0), List.of(unknown, PROXY));
    assertThat(watch.poll()).isNull();
  }

  @Test
  void manyKindsInARequestCostLittle() {
    Registrations registrations = new Registrations(System::nanoTime);
    List<Service> services = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      services.add(Service.newBuilder().setKindValue(-i - 1).setEndpoint("http://a").build());
    }
    reportInParts(registrations, services);
    ListRequest.Builder request = ListRequest.newBuilder();
    for (int i = 0; i < 80_000; i++) {
      request.addKindsValue(i);
    }
    // Compared one by one, these are 20,000,000,000 comparisons.
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (int i = 0; i < 50; i++) {
            assertThat(new RegistrySource(registrations, request.build()).poll().getServicesList())
                .isEmpty();
          }
        });
  }

  private static Network client(int number) {
    return Network.of(new InetSocketAddress("10.0.0." + number, 1));
  }

  private static List<Service> all(Registrations registrations) {
    return registrations.list(ServiceKinds.ALL).list().getServicesList();
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
