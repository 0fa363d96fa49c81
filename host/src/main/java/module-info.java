/** Finds, configures and injects backends. */
module io.databroker.host {
  requires static transitive org.jspecify;
  requires transitive io.databroker.api;
  requires transitive com.google.guice;
  requires org.slf4j;
  requires static com.google.gson;
  requires static com.google.protobuf;
  requires static micrometer.core;
  // Guice is an automatic module, so it cannot declare these; applications use @Inject.
  requires com.google.common;
  requires transitive jakarta.inject;

  exports io.databroker.host;
  exports io.databroker.host.cache;
  exports io.databroker.host.codec;
  exports io.databroker.host.copy;
  exports io.databroker.host.metrics;
  exports io.databroker.host.patch;
  exports io.databroker.host.query;
  exports io.databroker.host.retry;

  uses io.databroker.api.BackendProvider;
}
