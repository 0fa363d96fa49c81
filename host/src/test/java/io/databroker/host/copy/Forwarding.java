package io.databroker.host.copy;

import io.databroker.api.Checkpoint;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A store to copy from or to, which passes each call on to another one. */
class Forwarding implements CopyEnd {
  private final CopyEnd end;

  Forwarding(CopyEnd end) {
    this.end = end;
  }

  @Override
  public StoreContents read(Consumer<StoredRecord> records) {
    return end.read(records);
  }

  @Override
  public boolean has(String type, String id) {
    return end.has(type, id);
  }

  @Override
  public Versions versions() {
    return end.versions();
  }

  @Override
  public Feed changes(Position from) {
    return end.changes(from);
  }

  @Override
  public void clear() {
    end.clear();
  }

  @Override
  public void check(StoredRecord record) {
    end.check(record);
  }

  @Override
  public void restore(List<StoredRecord> batch) {
    end.restore(batch);
  }

  @Override
  public boolean isOverLimit(RuntimeException failure) {
    return end.isOverLimit(failure);
  }

  @Override
  public Map<String, TypeOptions> options() {
    return end.options();
  }

  @Override
  public void setOptions(String type, TypeOptions options) {
    end.setOptions(type, options);
  }

  @Override
  public Checkpoint checkpoint() {
    return end.checkpoint();
  }

  @Override
  public void setCheckpoint(Checkpoint checkpoint) {
    end.setCheckpoint(checkpoint);
  }

  @Override
  public int batchRecords() {
    return end.batchRecords();
  }

  @Override
  public long batchBytes() {
    return end.batchBytes();
  }

  @Override
  public void close() {
    end.close();
  }
}
