package io.databroker.tck.scripts;

import io.databroker.api.DatabrokerException;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.util.ArrayList;
import java.util.List;

/** The step that puts a batch of which the extraction function rejects one payload. */
final class Rejections {
  private static final String REJECTED = "refuse this";

  private final Session session;
  private final Reference reference;

  Rejections(Session session) {
    this.session = session;
    this.reference = session.reference;
  }

  void put(Step.Rejected step) {
    Step.W spoiled = step.writes().get(step.place());
    TypeOptions options = reference.options.getOrDefault(spoiled.type(), TypeOptions.NONE);
    if (options.indexedFields().isEmpty()) {
      return; // nothing has to look into the payload
    }
    List<Write> batch = new ArrayList<>();
    for (int i = 0; i < step.writes().size(); i++) {
      Step.W write = step.writes().get(i);
      String payload = i == step.place() ? REJECTED : write.payload();
      batch.add(Writes.plain(write.type(), write.id(), payload));
    }
    session.note("// the extraction function rejects the payload of write " + step.place());
    session.note(Writes.javaOf(batch));
    String argument = "batch[" + step.place() + "]";
    try {
      session.call(() -> session.backend().put(batch));
    } catch (InvalidArgumentException rejected) {
      if (!rejected.argument().startsWith(argument)) {
        throw new Mismatch(
            "PUT-10",
            "put: expected invalid-argument of " + argument + ", but was " + rejected.getMessage(),
            rejected);
      }
      return;
    } catch (DatabrokerException other) {
      throw new Mismatch(
          "PUT-10",
          "put: expected invalid-argument of " + argument + ", but was " + other.getMessage(),
          other);
    }
    throw new Mismatch(
        "PUT-10", "put: expected invalid-argument of " + argument + ", but it was applied");
  }
}
