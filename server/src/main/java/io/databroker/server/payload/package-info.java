/** Payloads as protobuf messages: their types, indexed fields, text, and field masks. */
@NullMarked
package io.databroker.server.payload;

import org.jspecify.annotations.NullMarked;
