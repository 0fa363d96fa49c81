/** Finds, configures and injects backends. */
module io.databroker.host {
  requires static org.jspecify;
  requires transitive io.databroker.api;
  requires transitive com.google.guice;
  requires org.slf4j;

  exports io.databroker.host;

  uses io.databroker.api.BackendProvider;
}
