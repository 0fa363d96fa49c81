package io.databroker.offheap;

/** Gives back the room of what nobody asks for any more. */
final class Compactor {
  void wake() {}

  void stop() {}
}
