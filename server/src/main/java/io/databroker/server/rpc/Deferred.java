package io.databroker.server.rpc;

import com.google.protobuf.MessageLite;
import java.util.function.Supplier;

/**
 * Large answer that is built when it is sent. Until then it takes no memory beside its record.
 *
 * @param size the size of the record, in bytes
 * @param message builds the message
 */
record Deferred(long size, Supplier<? extends MessageLite> message) {}
