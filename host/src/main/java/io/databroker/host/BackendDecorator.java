package io.databroker.host;

import io.databroker.api.Backend;

/**
 * Wraps each backend that a host opens, for example with meters. A wrapper extends {@link
 * io.databroker.api.support.ForwardingBackend}, which passes on the calls that it does not change.
 */
@FunctionalInterface
public interface BackendDecorator {
  /**
   * Returns the backend to use instead, for the host itself too. The host closes it, and then the
   * one behind it, if that is still open.
   *
   * @param name the name of the backend in the configuration, or its provider's if it has none
   * @param backend the backend behind argument checks
   */
  Backend decorate(String name, Backend backend);
}
