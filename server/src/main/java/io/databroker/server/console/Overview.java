package io.databroker.server.console;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.databroker.api.Backend;
import io.databroker.api.BackendState;
import io.databroker.api.DatabrokerException;
import io.databroker.api.Limits;
import io.databroker.api.Versions;
import io.databroker.host.copy.UnfinishedMark;
import java.util.List;
import java.util.TreeMap;

/**
 * State of the storage, versions, counters and limits. It does not call a backend whose engine is
 * away, so it never waits for one.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Overview {
  private final ConsoleSources sources;
  private final Backend backend;
  private final Rates rates;

  Overview(ConsoleSources sources, Rates rates) {
    this.sources = sources;
    this.backend = sources.opened().backend();
    this.rates = rates;
  }

  JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty("server", sources.version());
    json.addProperty("backend", sources.opened().provider().name());
    json.addProperty("backendVersion", sources.opened().provider().version());
    BackendState state = backend.state();
    json.addProperty("mode", state.mode().label());
    json.addProperty("detail", state.detail());
    addVersions(json, state);
    json.addProperty("watchers", sources.watchers().get().size());
    json.addProperty("leases", sources.leases().get().size());
    JsonArray perSecond = new JsonArray();
    for (int changes : rates.perSecond()) {
      perSecond.add(changes);
    }
    json.add("perSecond", perSecond);
    JsonObject counters = new JsonObject();
    new TreeMap<>(backend.counters()).forEach(counters::addProperty);
    json.add("counters", counters);
    JsonArray capabilities = new JsonArray();
    sources.opened().capabilities().forEach(each -> capabilities.add(each.label()));
    json.add("capabilities", capabilities);
    json.add("limits", limits(sources.opened().limits()));
    Runtime runtime = Runtime.getRuntime();
    json.addProperty("heap", runtime.totalMemory() - runtime.freeMemory());
    json.addProperty("heapLimit", runtime.maxMemory());
    return json;
  }

  private void addVersions(JsonObject json, BackendState state) {
    json.add("history", JsonNull.INSTANCE);
    if (state.mode() == BackendState.Mode.UNAVAILABLE) {
      return;
    }
    try {
      Versions versions = backend.versions();
      List<String> types = backend.listTypes();
      json.addProperty("types", types.size());
      json.addProperty("unfinished", types.contains(UnfinishedMark.TYPE));
      json.addProperty("earliest", Rows.version(versions.earliest()));
      json.addProperty("latest", Rows.version(versions.latest()));
      json.addProperty("changes", versions.latest() - versions.earliest() + 1);
      json.addProperty("history", Rows.version(versions.serverVersion()));
    } catch (DatabrokerException e) {
      json.addProperty("detail", e.getMessage());
    }
  }

  private static JsonObject limits(Limits limits) {
    JsonObject json = new JsonObject();
    json.addProperty("typeBytes", limits.typeBytes());
    json.addProperty("idBytes", limits.idBytes());
    json.addProperty("payloadBytes", limits.payloadBytes());
    json.addProperty("batchRecords", limits.batchRecords());
    json.addProperty("batchBytes", limits.batchBytes());
    return json;
  }
}
