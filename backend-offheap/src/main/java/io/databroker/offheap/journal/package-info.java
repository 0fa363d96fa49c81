/**
 * The journal: an append-only log in segments that holds every record once.
 *
 * <p>Read {@code Frame} first (the format of an entry), then {@code Segment} (a file of frames with
 * a slot for each record) and {@code Journal} (the end, where frames are appended).
 *
 * <ul>
 *   <li><b>Format:</b> {@code Frame}, {@code SegmentHeader}, {@code SideState} (the state without
 *       records), {@code Moment} (when leases were written), {@code Micros}.
 *   <li><b>Appending:</b> {@code Journal} takes a {@code Space} for each segment from {@code
 *       Spaces}; {@code StoreFiles} keeps them in files. {@code Publisher} makes appended batches
 *       visible, after an fsync if needed; {@code Forced} lets callers wait for it; {@code Waker}
 *       wakes feeds.
 *   <li><b>Reading:</b> {@code RecordCopy} copies and verifies a record, {@code FrameReader} a
 *       frame; {@code Directory} finds the segment of a version.
 *   <li><b>After a crash:</b> {@code Control} records how far the journal was acknowledged and
 *       forced; {@code Chain} finds its segments; {@code WrittenEnd} finds the end of the last
 *       segment.
 *   <li><b>Upkeep:</b> {@code Compactor} chooses segments, {@code Compaction} rewrites them, {@code
 *       Scrub} verifies them, {@code Damage} lists known damage. They see the store as a {@code
 *       JournalHost} and its history as a {@code JournalOwner}.
 * </ul>
 *
 * <p>The sizes and rates are in {@code Tuning}.
 */
@NullMarked
package io.databroker.offheap.journal;

import org.jspecify.annotations.NullMarked;
