package io.databroker.server.net;

import io.grpc.Codec;
import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Decompressor of requests. It rejects a stream of many empty gzip members, because the JDK's
 * stream recurses once per member until the stack overflows.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
final class GzipRequests implements Decompressor {
  /** Decompressors for requests: gzip and none. */
  static final DecompressorRegistry REGISTRY =
      DecompressorRegistry.emptyInstance()
          .with(Codec.Identity.NONE, false)
          .with(new GzipRequests(), true);

  /**
   * Largest number of empty members in a row; a normal client sends one member, which is not empty.
   */
  private static final int MOST_EMPTY_MEMBERS = 16;

  private GzipRequests() {}

  @Override
  public String getMessageEncoding() {
    return "gzip";
  }

  @Override
  public InputStream decompress(InputStream compressed) throws IOException {
    return new Members(compressed);
  }

  private static final class Members extends GZIPInputStream {
    private int depth;

    Members(InputStream compressed) throws IOException {
      super(compressed);
    }

    /** Also reads from the next member: the JDK's stream calls this method again for it. */
    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (depth > MOST_EMPTY_MEMBERS) {
        throw new ZipException("too many empty gzip members");
      }
      depth++;
      try {
        return super.read(bytes, offset, length);
      } finally {
        depth--;
      }
    }
  }
}
