package io.databroker.server.metrics;

import io.databroker.api.Backend;
import io.databroker.host.metrics.MeteredBackend;
import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.grpc.MetricCollectingServerInterceptor;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.Supplier;

/**
 * Meters of a server: its backend, its calls by method and status, and the JVM.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class ServerMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();

  /** Registers the meters of the JVM. */
  public ServerMetrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    collections.bindTo(registry);
  }

  /** Puts meters in front of a backend. */
  public Backend over(Backend backend, String name) {
    return MeteredBackend.over(backend, name, registry);
  }

  /** Shows a number of the server, which {@code value} returns at each scrape. */
  public void show(String name, String description, Supplier<Number> value) {
    Gauge.builder("databroker.server." + name, value)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  /** Returns an interceptor that counts and times the calls of a gRPC server. */
  public ServerInterceptor calls() {
    return new MetricCollectingServerInterceptor(registry);
  }

  /** Returns all meters in the text format of Prometheus. */
  String text() {
    return registry.scrape();
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
