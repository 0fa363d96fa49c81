/** Records on the heap. */
module io.databroker.inmemory {
  requires static org.jspecify;
  requires io.databroker.api;
}
