package io.databroker.api;

import java.util.Optional;

/** Version of a class's jar or module. */
final class ImplementationVersion {
  private ImplementationVersion() {}

  static String of(Class<?> type) {
    return Optional.ofNullable(type.getPackage())
        .map(Package::getImplementationVersion)
        .or(() -> ofModule(type.getModule()))
        .orElse("unknown");
  }

  private static Optional<String> ofModule(Module module) {
    return Optional.ofNullable(module.getDescriptor()).flatMap(it -> it.rawVersion());
  }
}
