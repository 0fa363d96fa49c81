package io.databroker.server.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.databroker.api.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Decides whether a payload is an Any that a client can parse, without a copy of it. */
final class PayloadShape {
  private static final int TYPE_URL =
      Any.TYPE_URL_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  private PayloadShape() {}

  static boolean isAny(Bytes payload) {
    ByteBuffer bytes = payload.asByteBuffer();
    CodedInputStream in = CodedInputStream.newInstance(new PartsStream(bytes.duplicate()));
    try {
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == TYPE_URL) {
          int length = in.readRawVarint32();
          int at = in.getTotalBytesRead();
          if (length < 0 || length > bytes.limit() - at || !isUtf8(bytes.slice(at, length))) {
            return false;
          }
          in.skipRawBytes(length);
        } else if (!in.skipField(tag)) {
          return false;
        }
      }
      return in.getTotalBytesRead() == bytes.limit();
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isUtf8(ByteBuffer text) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer decoded = CharBuffer.allocate(256);
    CoderResult result = decoder.decode(text, decoded, true);
    while (result.isOverflow()) {
      decoded.clear();
      result = decoder.decode(text, decoded, true);
    }
    return !result.isError();
  }
}
