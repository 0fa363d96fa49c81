/**
 * Library for host applications: opens backends by configuration, and adds features for every
 * backend.
 *
 * <p>Groups, in reading order:
 *
 * <ol>
 *   <li>Entry: {@link Databroker} and its builder; {@link DatabrokerModule} binds it in Guice;
 *       {@link BackendConfig} configures one backend; {@link OpenedBackend} is the result.
 *   <li>Opening: {@code Opening} checks a whole configuration and opens it; {@code SettingsParser}
 *       and {@link SettingText} parse settings, {@code Nearest} suggests names; problems end in
 *       {@link ConfigurationException}; {@code Closing} closes everything in order.
 *   <li>Finding providers: {@link Discovery} lists {@link DiscoveredProvider}s. {@code
 *       ProviderSearch} runs ServiceLoader; {@code Plugin} is a jar or folder with its own class
 *       loader below {@code SharedApiLoader}; {@code ContextLoader} sets the context class loader
 *       for calls; {@code Origin} names the jar.
 *   <li>Background work: {@code HostThreads} owns the threads, {@code Timer} schedules; {@code
 *       Housekeeping} expires and trims, {@code OptionsKeeper} sets type options after a clear,
 *       {@code PassingTime} is a clock that only moves forward.
 *   <li>Leases: {@link LeaseKeeper} acquires, {@link KeptLease} renews.
 *   <li>Typed views: {@link TypedRecords} with a {@link Codec}; {@link TypedRecord}, {@link
 *       TypedSnapshot}, {@link TypedFeed}, {@link TypedChanges}, {@link TypedQueryResult}; {@link
 *       UndecodableRecordException}.
 * </ol>
 *
 * <p>{@code io.databroker.host.query} finds records by filters; {@code io.databroker.host.patch}
 * changes parts of records; {@code io.databroker.host.cache} keeps local copies of types; {@code
 * io.databroker.host.codec} has codecs for JSON and protobuf; {@code io.databroker.host.retry}
 * repeats calls while an engine is away, and conflicting writes; {@code io.databroker.host.copy}
 * backs up, restores, copies and compares stores; {@code io.databroker.host.metrics} measures a
 * backend.
 *
 * <p><b>Thread-safety:</b> values and exceptions are immutable; any thread may use the other types,
 * unless they state otherwise.
 */
@NullMarked
package io.databroker.host;

import org.jspecify.annotations.NullMarked;
