package io.databroker.tck.reference;

import io.databroker.api.BackendContext;
import io.databroker.api.ClearResult;
import io.databroker.api.CodePointOrder;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** Backends whose listTypes is torn by writes. */
final class TornLists {
  private TornLists() {}

  /** Keeps the types in a separate map, like Pomerium's in-memory databroker. */
  static final class LazyIterator extends ReferenceBackend {
    private final ConcurrentSkipListMap<String, Boolean> types =
        new ConcurrentSkipListMap<>(CodePointOrder.INSTANCE);

    LazyIterator(Store store, BackendContext context) {
      super(store, context);
    }

    @Override
    protected ReferenceWriter writer() {
      return new ReferenceWriter(this) {
        @Override
        protected void publish() {
          super.publish();
          for (StoredRecord change : changes) {
            if (store.live.containsKey(change.type())) {
              types.put(change.type(), true);
            } else {
              types.remove(change.type());
            }
          }
        }
      };
    }

    @Override
    public ClearResult clear() {
      synchronized (store) {
        types.clear();
        return super.clear();
      }
    }

    @Override
    public List<String> listTypes() {
      Iterator<String> lazy;
      synchronized (store) {
        checkOpen();
        lazy = types.keySet().iterator();
      }
      List<String> listed = new ArrayList<>();
      lazy.forEachRemaining(listed::add);
      return Collections.unmodifiableList(listed);
    }
  }

  static final class CachedAfterUnlock extends ReferenceBackend {
    private volatile List<String> cached = List.of();

    CachedAfterUnlock(Store store, BackendContext context) {
      super(store, context);
    }

    @Override
    public io.databroker.api.PutResult put(List<io.databroker.api.Write> batch) {
      io.databroker.api.PutResult result = super.put(batch);
      Mutant.pause();
      cached = super.listTypes();
      return result;
    }

    @Override
    public void setOptions(String type, TypeOptions options) {
      super.setOptions(type, options);
      cached = super.listTypes();
    }

    @Override
    public ClearResult clear() {
      ClearResult result = super.clear();
      cached = List.of();
      return result;
    }

    @Override
    public List<String> listTypes() {
      synchronized (store) {
        checkOpen();
      }
      return cached;
    }
  }

  static final class TypeByType extends ReferenceBackend {
    private final NavigableSet<String> known =
        new java.util.concurrent.ConcurrentSkipListSet<>(CodePointOrder.INSTANCE);

    TypeByType(Store store, BackendContext context) {
      super(store, context);
    }

    @Override
    protected ReferenceWriter writer() {
      return new ReferenceWriter(this) {
        @Override
        protected void publish() {
          super.publish();
          changes.forEach(change -> known.add(change.type()));
        }
      };
    }

    @Override
    public List<String> listTypes() {
      List<String> types = new ArrayList<>();
      for (String type : known) {
        synchronized (store) {
          checkOpen();
          if (store.live.containsKey(type)) {
            types.add(type);
          }
        }
      }
      return Collections.unmodifiableList(types);
    }
  }

  /** Keeps the types in a set that can be read without the lock. */
  private static class UnlockedTypes extends ReferenceBackend {
    final NavigableSet<String> types =
        new java.util.concurrent.ConcurrentSkipListSet<>(CodePointOrder.INSTANCE);
    final AtomicLong modifications = new AtomicLong();

    UnlockedTypes(Store store, BackendContext context) {
      super(store, context);
    }

    @Override
    protected ReferenceWriter writer() {
      return new ReferenceWriter(this) {
        @Override
        protected void publish() {
          super.publish();
          for (StoredRecord change : changes) {
            modifications.incrementAndGet();
            if (store.live.containsKey(change.type())) {
              types.add(change.type());
            } else {
              types.remove(change.type());
            }
          }
        }
      };
    }

    @Override
    public ClearResult clear() {
      synchronized (store) {
        modifications.incrementAndGet();
        types.clear();
        return super.clear();
      }
    }

    List<String> read() {
      synchronized (store) {
        checkOpen();
      }
      return new ArrayList<>(types);
    }
  }

  static final class TwoViews extends UnlockedTypes {
    TwoViews(Store store, BackendContext context) {
      super(store, context);
    }

    @Override
    public List<String> listTypes() {
      List<String> first;
      List<String> second;
      synchronized (store) {
        checkOpen();
        first = new ArrayList<>(types.headSet("m", false));
      }
      synchronized (store) {
        second = new ArrayList<>(types.tailSet("m", true));
      }
      first.addAll(second);
      return Collections.unmodifiableList(first);
    }
  }

  static final class RetriedIterator extends UnlockedTypes {
    RetriedIterator(Store store, BackendContext context) {
      super(store, context);
    }

    @Override
    public List<String> listTypes() {
      List<String> listed = List.of();
      for (int i = 0; i < 3; i++) {
        long before = modifications.get();
        listed = read();
        if (modifications.get() == before) {
          break;
        }
      }
      return Collections.unmodifiableList(listed);
    }
  }
}
