/** Records on the heap. */
module io.databroker.inmemory {
  requires static org.jspecify;
  requires transitive io.databroker.api;

  exports io.databroker.inmemory;

  provides io.databroker.api.BackendProvider with
      io.databroker.inmemory.InMemoryProvider;
}
