/**
 * The journal: an append-only log in segments, in which every record lies once.
 *
 * <p>Read {@code Frame} first (the format of an entry), then {@code Segment} (a file of frames with
 * a slot for each record) and {@code Journal} (the end, where frames are appended).
 *
 * <ul>
 *   <li><b>Format:</b> {@code Frame}, {@code SegmentHeader}, {@code SideState} (all that is not
 *       records), {@code Micros}.
 *   <li><b>Appending:</b> {@code Journal} takes a {@code Space} for each segment from {@code
 *       Spaces}; {@code StoreFiles} makes them of files. {@code Publisher} makes appended batches
 *       visible, after an fsync if need be; {@code Forced} lets callers wait for it; {@code Waker}
 *       wakes feeds.
 *   <li><b>Reading:</b> {@code RecordCopy} copies and verifies a record, {@code FrameReader} a
 *       frame; {@code Directory} finds the segment of a version.
 *   <li><b>After a crash:</b> {@code Control} says how far the journal was acknowledged and forced;
 *       {@code Chain} finds the segments that make it up; {@code WrittenEnd} finds the end of the
 *       last one.
 *   <li><b>Upkeep:</b> {@code Compactor} chooses segments, {@code Compaction} rewrites them, {@code
 *       Scrub} verifies them, {@code Damage} is what is known to be damaged. They see the store as
 *       a {@code JournalHost} and its history as a {@code JournalOwner}.
 * </ul>
 *
 * <p>The sizes and rates are in {@code Tuning}.
 */
@NullMarked
package io.databroker.offheap.journal;

import org.jspecify.annotations.NullMarked;
