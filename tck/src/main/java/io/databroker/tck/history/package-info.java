/**
 * Records histories of concurrent calls and checks them.
 *
 * <p>{@link Recorder} calls a backend and records {@link Operation}s: a {@link Call}, its {@link
 * Answer}, and when. {@link Checker} decides whether a {@link History} is linearizable against
 * {@code Model}, and returns a {@link Verdict}. {@link FeedJoin} also checks the answers of feeds
 * ({@link Followed}, {@code Replay}), {@code Sightings} checks single answers, and {@link
 * LeaseCheck} leases. {@code Minimiser} shrinks a violation; {@link Diagnosis} explains it, with
 * {@code Timeline} and {@code Expected}. {@link HistoryFile} saves it, and {@link PorcupineFile}
 * writes it for another checker.
 *
 * <p><b>Thread-safety:</b> values are immutable, and a {@link Recorder} states its own; one thread
 * uses each other object.
 */
@NullMarked
package io.databroker.tck.history;

import org.jspecify.annotations.NullMarked;
