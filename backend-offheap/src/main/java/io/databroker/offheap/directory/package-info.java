/**
 * The directory of a store, without its journal.
 *
 * <ul>
 *   <li>{@code StoreFolder} classifies a directory before it is opened: a store, empty, or foreign.
 *   <li>{@code DirectoryLock} is the exclusive lock on it.
 *   <li>{@code StoreProperties} is its description; {@code FileIdentity} recognises a copy.
 *   <li>{@code DirectoryWatch} notices that the directory was removed or replaced.
 *   <li>{@code Uptime} is the boot id of the machine and the time since that boot.
 *   <li>{@code Reserve} is disk space reserved for a full disk.
 * </ul>
 */
@NullMarked
package io.databroker.offheap.directory;

import org.jspecify.annotations.NullMarked;
