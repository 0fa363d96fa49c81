package io.databroker.tck.reference;

import io.databroker.api.Bytes;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.api.support.WriteBatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Applies one call's writes to a locked store, and notifies its feeds. */
public class ReferenceWriter {
  protected final ReferenceBackend backend;
  protected final Store store;

  /** The time of the next change. */
  protected Instant now;

  /** Changes that the feed will deliver as one batch. */
  protected final List<StoredRecord> changes = new ArrayList<>();

  protected ReferenceWriter(ReferenceBackend backend) {
    this.backend = backend;
    this.store = backend.store;
    this.now = backend.now();
  }

  protected PutResult put(List<Write> batch) {
    return apply(WriteBatch.put(batch));
  }

  protected PutResult restore(List<StoredRecord> records) {
    return apply(WriteBatch.restore(records));
  }

  protected PutResult apply(WriteBatch given) {
    List<Write> batch = given.writes();
    judge(batch);
    extract(batch);
    List<StoredRecord> answers = new ArrayList<>();
    Set<String> types = new LinkedHashSet<>();
    Instant clock = now;
    for (int i = 0; i < batch.size(); i++) {
      now = given.time(i, clock);
      answers.add(apply(batch.get(i)));
      types.add(batch.get(i).type());
    }
    evict(types);
    publish();
    return new PutResult(store.serverVersion, answers);
  }

  protected void judge(List<Write> batch) {
    for (int i = 0; i < batch.size(); i++) {
      StoredRecord live = live(batch.get(i).type(), batch.get(i).id());
      long found = live == null ? 0 : live.version();
      if (!batch.get(i).condition().holds(found)) {
        throw new ConditionFailedException(i, batch.get(i), found);
      }
    }
  }

  protected void extract(List<Write> batch) {
    for (int i = 0; i < batch.size(); i++) {
      if (batch.get(i) instanceof Write.Put put) {
        TypeOptions options = store.options.getOrDefault(put.type(), TypeOptions.NONE);
        extract("batch[" + i + "].payload", put.type(), put.payload(), options);
      }
    }
  }

  protected void extract(String argument, String type, Bytes payload, TypeOptions options) {
    try {
      backend.context.extractor().extract(type, payload, options.indexedFields());
    } catch (RuntimeException refusal) {
      throw new InvalidArgumentException(
          argument, payload.toString(), "store only payloads that the extraction function accepts");
    }
  }

  protected StoredRecord apply(Write write) {
    if (write instanceof Write.Put put) {
      return store(put.type(), put.id(), put.payload());
    }
    StoredRecord deleted = delete(write.type(), write.id());
    return deleted != null
        ? deleted
        : new StoredRecord(write.type(), write.id(), 0, Bytes.EMPTY, now, true);
  }

  protected StoredRecord store(String type, String id, Bytes payload) {
    StoredRecord stored = new StoredRecord(type, id, ++store.latest, payload, now, false);
    LinkedHashMap<String, StoredRecord> ofType =
        store.live.computeIfAbsent(type, none -> new LinkedHashMap<>());
    ofType.remove(id); // so that it becomes the youngest
    ofType.put(id, stored);
    changes.add(stored);
    return stored;
  }

  protected @Nullable StoredRecord delete(String type, String id) {
    StoredRecord live = live(type, id);
    if (live == null) {
      return null;
    }
    remove(live);
    StoredRecord deleted = new StoredRecord(type, id, ++store.latest, live.payload(), now, true);
    changes.add(deleted);
    return deleted;
  }

  protected void remove(StoredRecord live) {
    LinkedHashMap<String, StoredRecord> ofType = store.live.get(live.type());
    ofType.remove(live.id());
    if (ofType.isEmpty()) {
      store.live.remove(live.type());
    }
  }

  protected @Nullable StoredRecord live(String type, String id) {
    return store.live.getOrDefault(type, new LinkedHashMap<>()).get(id);
  }

  /** Deletes the records over the capacities of these types, oldest write first over all types. */
  protected void evict(Set<String> types) {
    List<StoredRecord> victims = new ArrayList<>();
    for (String type : types) {
      List<StoredRecord> ofType = backend.ofType(type);
      Long capacity = store.options.getOrDefault(type, TypeOptions.NONE).capacity();
      if (capacity != null && Long.compareUnsigned(ofType.size(), capacity) > 0) {
        victims.addAll(ofType.subList(0, ofType.size() - capacity.intValue()));
      }
    }
    victims.sort(Comparator.comparingLong(StoredRecord::version));
    victims.forEach(this::evict);
  }

  protected void evict(StoredRecord victim) {
    delete(victim.type(), victim.id());
  }

  protected void setOptions(String type, TypeOptions options) {
    for (StoredRecord live : backend.ofType(type)) {
      extract("payload of " + live.id(), type, live.payload(), options);
    }
    if (options.isEmpty()) {
      store.options.remove(type);
    } else {
      store.options.put(type, options);
    }
    evict(Set.of(type));
    publish();
  }

  protected long expire() {
    store.options.forEach(
        (type, options) -> {
          Duration ttl = options.ttl();
          if (ttl != null) {
            for (StoredRecord live : backend.ofType(type)) {
              if (expired(live, ttl)) {
                expire(live);
              }
            }
          }
        });
    publish();
    return changes.size();
  }

  protected boolean expired(StoredRecord live, Duration ttl) {
    return live.modifiedAt().isBefore(now.minus(ttl));
  }

  protected void expire(StoredRecord live) {
    delete(live.type(), live.id());
  }

  /** Makes the changes one batch of the feed. */
  protected void publish() {
    if (!changes.isEmpty()) {
      store.log.put(store.latest, List.copyOf(changes));
      List.copyOf(store.feeds).forEach(feed -> feed.published(changes));
    }
  }
}
