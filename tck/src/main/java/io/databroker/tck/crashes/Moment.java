package io.databroker.tck.crashes;

/** Moment at which a child is killed. */
enum Moment {
  /** After a random number of answers. */
  ANY,
  /** While a trim runs. */
  TRIM,
  /** While close runs. */
  CLOSE,
  /** While the store is opened. */
  OPEN,
  /** While a clear runs. */
  CLEAR,
  /** While options change, which may evict. */
  OPTIONS,
  /** After the last of a few calls has returned, while nothing else runs. */
  LAST,
  /** Never: the child closes the store and ends. */
  NEVER
}
