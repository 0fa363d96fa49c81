/**
 * The console: one page that shows what a server holds and does.
 *
 * <p>{@link io.databroker.server.console.ConsoleEndpoint} serves it and its data. {@code
 * ConsoleAccess} checks who asks, {@code ConsolePage} has the page and its policy. The data come
 * from {@code Overview}, {@code Lists} (types, leases, watchers), {@code RecordSearch}, {@code
 * HistoryScan} and {@code Tail}; {@code TypeCounts} and {@code Rates} count, and {@code Rows}
 * writes records as JSON.
 */
@NullMarked
package io.databroker.server.console;

import org.jspecify.annotations.NullMarked;
