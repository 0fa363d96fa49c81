package io.databroker.server.console;

import com.google.gson.JsonObject;
import io.databroker.api.DatabrokerException;
import io.databroker.server.http.HttpAnswer;

/**
 * Request that could not be answered.
 *
 * @param status status of HTTP
 * @param id stable id
 * @param message the reason and the remedy, for people
 */
record Problem(int status, String id, String message) {
  static Problem of(DatabrokerException error) {
    int status =
        switch (error.id()) {
          case INVALID_ARGUMENT, LIMIT_EXCEEDED, FUTURE_VERSION -> 400;
          case HISTORY_REPLACED, HISTORY_TRIMMED, SNAPSHOT_EXPIRED -> 409;
          case CLOSED, UNAVAILABLE, OUTCOME_UNKNOWN -> 503;
          default -> 500;
        };
    return new Problem(status, error.id().label(), String.valueOf(error.getMessage()));
  }

  HttpAnswer answer() {
    JsonObject json = new JsonObject();
    json.addProperty("error", id);
    json.addProperty("message", message);
    return ConsolePage.json(status, json);
  }
}
