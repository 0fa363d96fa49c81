/** Test support for host applications. */
module io.databroker.host.testing {
  requires static org.jspecify;
  requires transitive io.databroker.host;

  exports io.databroker.host.testing;

  uses io.databroker.api.BackendProvider;

  provides io.databroker.api.BackendProvider with
      io.databroker.host.testing.TestingProvider;
}
