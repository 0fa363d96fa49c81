package io.databroker.host.copy;

import io.databroker.api.StoredRecord;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Temporary file with sorted runs of records, one after the other. Where the system allows it, the
 * file has no name while in use, so that a kill leaves nothing behind.
 */
final class SortFile implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  /**
   * Sorted run in the file.
   *
   * @param begin the offset of its first byte
   * @param end the offset after its last byte
   * @param count the number of its records
   */
  record Run(long begin, long end, long count) {}

  /** Supplies the next record. */
  interface Next {
    StoredRecord get();
  }

  private final Path path;
  private final FileChannel channel;
  private final List<Run> runs = new ArrayList<>();
  private long length;

  /**
   * Creates the file.
   *
   * @param folder its folder; null for the system's default
   */
  SortFile(@Nullable Path folder) throws IOException {
    this.path =
        folder == null
            ? Files.createTempFile("databroker-sort-", ".tmp")
            : Files.createTempFile(folder, "databroker-sort-", ".tmp");
    this.channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    unlink();
  }

  private void unlink() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      path.toFile().deleteOnExit(); // on a system that cannot delete open files
    }
  }

  List<Run> runs() {
    return List.copyOf(runs);
  }

  /** Appends a run of {@code count} records, which come in order. */
  void append(Next records, long count) throws IOException {
    DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(Channels.newOutputStream(channel.position(length)), BUFFER));
    for (long i = 0; i < count; i++) {
      RecordCoding.write(out, records.get());
    }
    out.flush();
    runs.add(new Run(length, channel.position(), count));
    length = channel.position();
  }

  /** Returns the bytes of a run; several runs can be read at the same time. */
  DataInputStream read(Run run) {
    return new DataInputStream(new BufferedInputStream(new RunInput(run), BUFFER));
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The file is no longer needed.
    }
    unlink();
  }

  /** Reads at its own place, because all runs share the channel. */
  private final class RunInput extends InputStream {
    private final long end;
    private long place;

    RunInput(Run run) {
      this.place = run.begin();
      this.end = run.end();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int most) throws IOException {
      if (place == end) {
        return -1;
      }
      int wanted = (int) Math.min(most, end - place);
      int read = channel.read(ByteBuffer.wrap(bytes, offset, wanted), place);
      place += Math.max(read, 0);
      return read;
    }
  }
}
