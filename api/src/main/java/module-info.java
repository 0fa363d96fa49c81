/**
 * The SPI and the contract, for backend authors.
 *
 * <p>It depends on nothing but nullness annotations.
 */
module io.databroker.api {
  requires static transitive org.jspecify;

  exports io.databroker.api;
  exports io.databroker.api.support;
}
