package io.databroker.server.console;

import io.databroker.host.OpenedBackend;
import io.databroker.server.payload.MessageTypes;
import io.databroker.server.rpc.HeldLease;
import io.databroker.server.rpc.Watcher;
import java.util.List;
import java.util.function.Supplier;

/**
 * Everything that the console shows.
 *
 * <p><b>Thread-safety:</b> immutable; any number of threads may ask its suppliers.
 *
 * @param opened the backend, with its provider and limits
 * @param types message types whose texts a search finds
 * @param leases returns the held leases that the server knows
 * @param watchers returns the open Sync streams
 * @param version version of the server
 */
public record ConsoleSources(
    OpenedBackend opened,
    MessageTypes types,
    Supplier<List<HeldLease>> leases,
    Supplier<List<Watcher>> watchers,
    String version) {}
