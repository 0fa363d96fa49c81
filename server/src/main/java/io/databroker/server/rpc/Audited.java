package io.databroker.server.rpc;

import io.databroker.api.DatabrokerException;
import io.databroker.server.auth.Caller;
import io.databroker.server.log.AuditLog;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.function.Supplier;

/** Administration that writes a line to the audit log, whether it succeeds or fails. */
final class Audited {
  private Audited() {}

  /** Returns work that does the given work and then writes the line. */
  static <A> Supplier<A> work(String action, Map<String, String> details, Supplier<A> work) {
    return () -> {
      Caller caller = Caller.current();
      String outcome = "ok";
      try {
        return work.get();
      } catch (DatabrokerException e) {
        outcome = e.id().label();
        throw e;
      } catch (StatusRuntimeException e) {
        outcome = e.getStatus().getCode().name();
        throw e;
      } catch (RuntimeException | Error e) {
        outcome = "internal";
        throw e;
      } finally {
        AuditLog.write(action, caller.who(), caller.from(), outcome, details);
      }
    };
  }
}
