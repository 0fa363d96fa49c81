/**
 * Interprets payloads as protobuf messages.
 *
 * <p>{@link MessageTypes} knows the message types, from descriptor sets that {@code FileLinker}
 * links. {@link PayloadFields} extracts indexed fields by {@code FieldPath}; {@link AddressField}
 * is the field for IP addresses. {@link TextMatch} searches text. {@link PayloadPatch} and {@code
 * MemberMask} apply field masks.
 */
@NullMarked
package io.databroker.server.payload;

import org.jspecify.annotations.NullMarked;
