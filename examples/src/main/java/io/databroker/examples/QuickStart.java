package io.databroker.examples;

import com.google.inject.Guice;
import io.databroker.api.*;
import io.databroker.host.*;
import jakarta.inject.Inject;
import java.util.List;

class QuickStart {
  @Inject Backend backend;

  void run() throws InterruptedException {
    backend.put(List.of(Write.put("car", "7", Bytes.utf8("blue"))));
    System.out.println(backend.listTypes());
    try (var changes = new BlockingFeed(backend.changes(backend.versions().begin(), null))) {
      System.out.println(changes.next().records());
    }
  }

  public static void main(String[] args) throws InterruptedException {
    try (Databroker broker = Databroker.builder().backend("inmemory").open()) {
      Guice.createInjector(DatabrokerModule.of(broker)).getInstance(QuickStart.class).run();
    }
  }
}
