package io.databroker.offheap;

/** Gives back the room of what nobody asks for any more. */
final class Compactor {
  Compactor(Store store) {}

  void start() {}

  void wake() {}

  void stop() {}
}
