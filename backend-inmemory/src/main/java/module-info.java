/** Records on the heap. */
module io.databroker.inmemory {
  requires static org.jspecify;
  requires transitive io.databroker.api;
  requires com.github.benmanes.caffeine;

  exports io.databroker.inmemory;

  provides io.databroker.api.BackendProvider with
      io.databroker.inmemory.InMemoryProvider;
}
