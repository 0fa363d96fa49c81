package io.databroker.server.cli;

import com.google.rpc.ErrorInfo;
import io.databroker.api.ErrorId;
import io.databroker.server.wire.ErrorDetails;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.netty.handler.ssl.NotSslRecordException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** Messages for the user about errors of a server. */
final class ServerErrors {
  private ServerErrors() {}

  /**
   * Returns the message about a failed call.
   *
   * @param answered whether the server has answered a call on the same connection, which shows that
   *     client and server agree on TLS
   */
  static String message(
      StatusRuntimeException error, Address server, ServerAccess access, boolean answered) {
    String told = told(error);
    return switch (error.getStatus().getCode()) {
      case UNAVAILABLE -> away(error, server, !answered && !access.usesTls(), told);
      case DEADLINE_EXCEEDED -> server + " did not answer in time";
      case UNIMPLEMENTED -> server + " cannot do that: " + told;
      case ABORTED -> startOver(error, told);
      default -> told;
    };
  }

  /** Returns the words of the server itself, or the code of the status if it has none. */
  static String told(StatusRuntimeException error) {
    String description = error.getStatus().getDescription();
    return description == null ? error.getStatus().getCode().name() : description;
  }

  private static String away(
      StatusRuntimeException error, Address server, boolean mayNeedTls, String told) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectException) {
        return String.format(
            Locale.ROOT,
            "no server answers at %s: start one with \"databroker serve\", or name another server",
            server);
      }
      if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
        return String.format(Locale.ROOT, "unknown host %s; name another one", server.host());
      }
      if (cause instanceof NotSslRecordException) {
        return server + " does not serve TLS: leave out --tls-ca and DATABROKER_TLS_CA";
      }
      if (cause instanceof SSLException) {
        return tls(cause, server);
      }
    }
    // A status from the server itself has details.
    return ErrorDetails.info(error).isEmpty()
        ? String.format(
            Locale.ROOT,
            "the connection to the server at %s was lost; the call may or may not have "
                + "taken effect%s",
            server,
            mayNeedTls ? "; if the server requires TLS, name its authority by --tls-ca" : "")
        : server + ": " + told;
  }

  /** Returns the message for a handshake that failed: the innermost cause names the reason. */
  private static String tls(Throwable failure, Address server) {
    Throwable reason = failure;
    while (reason.getCause() != null) {
      reason = reason.getCause();
    }
    return String.format(
        Locale.ROOT,
        "no TLS connection to %s: --tls-ca must name the authority of the server's certificate, "
            + "and the certificate must name the host %s: %s",
        server,
        server.host(),
        reason.getMessage());
  }

  /** Returns the message for a watcher whose position is no longer valid. */
  private static String startOver(StatusRuntimeException error, String told) {
    ErrorInfo info = ErrorDetails.info(error).orElse(ErrorInfo.getDefaultInstance());
    String reason = info.getReason();
    if (reason.equals(ErrorId.HISTORY_REPLACED.label())) {
      return "the history was replaced, as by a clear: export the records and start a new watch";
    }
    if (reason.equals(ErrorId.HISTORY_TRIMMED.label())) {
      return String.format(
          Locale.ROOT,
          "the changes after version %s are no longer held, the first is %s: "
              + "export the records and start a new watch",
          value(info, "asked"),
          value(info, "earliest"));
    }
    if (reason.equals(ErrorId.FUTURE_VERSION.label())) {
      return String.format(
          Locale.ROOT,
          "version %s is later than the last one, %s",
          value(info, "asked"),
          value(info, "latest"));
    }
    return told;
  }

  /** Returns the path of the argument that the error names. */
  static String argument(StatusRuntimeException error) {
    return ErrorDetails.info(error).map(info -> value(info, "argument")).orElse("");
  }

  private static String value(ErrorInfo info, String name) {
    return info.getMetadataOrDefault(name, "");
  }
}
