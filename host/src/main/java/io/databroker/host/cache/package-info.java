/**
 * Local copies of types: {@link TypedCache} follows the feed of one type and notifies a listener of
 * each {@link CacheChange}. {@code CacheContent} holds the copy; {@code CacheFollower} is the
 * thread that keeps it current.
 */
@NullMarked
package io.databroker.host.cache;

import org.jspecify.annotations.NullMarked;
