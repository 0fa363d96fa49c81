/**
 * Memory off the heap, and the library that provides it: no other package knows Chronicle.
 *
 * <ul>
 *   <li>{@code Region} is a stretch of memory, allocated or mapped; {@code Guard} keeps it from
 *       being freed while a thread reads it.
 *   <li>{@code Space} is the bytes of a segment: {@code RamSpace} in memory, {@code FileSpace} in a
 *       file that is written by calls and read through a mapping. {@code Fsync} forces files and
 *       names; {@code FileKey} and {@code DirectoryLostException} report missing files.
 *   <li>{@code KeyIndex} maps a {@code Key} to the {@code Place} of its newest record, in a
 *       Chronicle Map; {@code SortedVersions} keeps versions in order.
 * </ul>
 */
@NullMarked
package io.databroker.offheap.memory;

import org.jspecify.annotations.NullMarked;
