package io.databroker.server.attack;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;

/** HTTP/2 by hand, to send frames that no library sends. */
public final class RawClient implements AutoCloseable {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  static final int PRIORITY = 2;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  static final int PING = 6;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  public static final int END_HEADERS = 4;
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int LARGEST_FRAME = 16_384;

  private final Socket socket;
  private final OutputStream out;
  private int nextStream = 1;

  /** Connects without sending a byte. */
  RawClient(int port) throws IOException {
    socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(20_000);
    out = socket.getOutputStream();
  }

  /** Connects, and lets the server send that many bytes on each stream. */
  public static RawClient open(int port, int window) throws IOException {
    RawClient client = new RawClient(port);
    client.raw(PREFACE);
    client.frame(SETTINGS, 0, 0, setting(4, window));
    return client;
  }

  /** The payload of a SETTINGS frame. */
  public static byte[] setting(int id, int value) {
    return ByteBuffer.allocate(6).putShort((short) id).putInt(value).array();
  }

  static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  void raw(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  static byte[] frameBytes(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  /** Sends a frame. */
  public void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    out.write(frameBytes(type, flags, stream, payload));
  }

  /** Begins a call without sending its request. */
  public int begin(String method, boolean gzipped) throws IOException {
    return beginWith(END_HEADERS, headers(method, gzipped));
  }

  /** Begins a call with any headers. */
  public int beginWith(int flags, byte[] headers) throws IOException {
    int stream = nextStream;
    nextStream += 2;
    frame(HEADERS, flags, stream, headers);
    return stream;
  }

  /** Sends a whole call of a method of any service. */
  int callPath(String path, byte[] request) throws IOException {
    int stream = beginWith(END_HEADERS, headersOf(path));
    data(stream, message(request, false), true);
    return stream;
  }

  static byte[] headers(String method, boolean gzipped) {
    String path = "/databroker.DataBrokerService/" + method;
    return gzipped ? headersOf(path, "grpc-encoding", "gzip") : headersOf(path);
  }

  /** Returns headers of a call with additional ones, as alternating names and values. */
  public static byte[] headersOf(String path, String... more) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    header(block, ":method", "POST");
    header(block, ":scheme", "http");
    header(block, ":path", path);
    header(block, ":authority", "localhost");
    header(block, "content-type", "application/grpc");
    header(block, "te", "trailers");
    for (int i = 0; i < more.length; i += 2) {
      header(block, more[i], more[i + 1]);
    }
    return block.toByteArray();
  }

  static void header(ByteArrayOutputStream block, String name, String value) {
    block.write(0); // literal, not indexed
    string(block, name);
    string(block, value);
  }

  private static void string(ByteArrayOutputStream block, String text) {
    int length = text.length();
    if (length < 127) {
      block.write(length);
    } else {
      block.write(127);
      for (length -= 127; length >= 128; length >>= 7) {
        block.write((length & 127) | 128);
      }
      block.write(length);
    }
    block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Returns a gRPC message with its prefix. */
  public static byte[] message(byte[] request, boolean gzipped) {
    byte[] body = gzipped ? gzip(request) : request;
    return ByteBuffer.allocate(5 + body.length)
        .put((byte) (gzipped ? 1 : 0))
        .putInt(body.length)
        .put(body)
        .array();
  }

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  /** Sends bytes as DATA frames. */
  public void data(int stream, byte[] bytes, boolean end) throws IOException {
    for (int from = 0; from < bytes.length || from == 0; from += LARGEST_FRAME) {
      int length = Math.min(LARGEST_FRAME, bytes.length - from);
      byte[] part = new byte[length];
      System.arraycopy(bytes, from, part, 0, length);
      boolean last = from + length >= bytes.length;
      frame(DATA, end && last ? END_STREAM : 0, stream, part);
    }
  }

  /** Sends a whole call. */
  public int call(String method, byte[] request, boolean gzipped) throws IOException {
    int stream = begin(method, gzipped);
    data(stream, message(request, gzipped), true);
    return stream;
  }

  /** Lets the server send any number of bytes on the connection. */
  void widen() throws IOException {
    frame(WINDOW_UPDATE, 0, 0, number(1 << 30));
  }

  /**
   * Reads and drops the received bytes, without waiting; returns false once the server has closed.
   */
  public boolean drain() throws IOException {
    InputStream in = socket.getInputStream();
    byte[] some = new byte[1 << 16];
    while (in.available() > 0) {
      if (in.read(some) < 0) {
        return false;
      }
    }
    return true;
  }

  /** Reads and drops all bytes, until the time is over or the server has closed. */
  void readUntil(long nanoTime) throws IOException {
    socket.setSoTimeout(100);
    byte[] some = new byte[1 << 16];
    while (System.nanoTime() - nanoTime < 0) {
      try {
        if (socket.getInputStream().read(some) < 0) {
          return;
        }
      } catch (SocketTimeoutException e) {
        // nothing has come
      }
    }
  }

  /**
   * Reads at a steady pace until that many bytes of DATA have come, or the stream or the connection
   * has ended.
   *
   * @param rate bytes a second
   * @return the bytes of DATA that have come
   */
  long readData(long wanted, long rate) throws IOException {
    socket.setReceiveBufferSize(1 << 17);
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
    long began = System.nanoTime();
    long read = 0;
    try {
      while (read < wanted) {
        int lengthAndType = in.readInt();
        int flags = in.readByte();
        in.skipNBytes(4); // stream
        int length = lengthAndType >>> 8;
        int type = lengthAndType & 0xff;
        in.skipNBytes(length);
        if (type == DATA) {
          read += length;
        } else if (type == RST_STREAM || (type == HEADERS && (flags & END_STREAM) != 0)) {
          return read;
        }
        long due = began + (long) (read * 1e9 / rate);
        for (long now = System.nanoTime(); due > now; now = System.nanoTime()) {
          LockSupport.parkNanos(due - now);
        }
      }
    } catch (EOFException e) {
      // cut off
    }
    return read;
  }

  /** Waits for a frame of that type and returns its payload. */
  public byte[] receive(int type) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    while (true) {
      int lengthAndType = in.readInt();
      in.skipNBytes(5); // flags, stream
      byte[] payload = in.readNBytes(lengthAndType >>> 8);
      if ((lengthAndType & 0xff) == type) {
        return payload;
      }
    }
  }

  /** Waits until the server closes the connection; returns false if it does not in time. */
  public boolean closedWithin(int millis) throws IOException {
    socket.setSoTimeout(millis);
    byte[] some = new byte[1 << 16];
    try {
      while (true) {
        if (socket.getInputStream().read(some) < 0) {
          return true;
        }
      }
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true; // reset
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
