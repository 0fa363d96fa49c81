package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Guice;
import com.google.inject.Inject;
import com.google.inject.Injector;
import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.Limits;
import io.databroker.api.OpenFailedException;
import jakarta.inject.Named;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabrokerTest {
  @TempDir Path folder;

  private final String label = UUID.randomUUID().toString();

  @Test
  void opensABackendByNameAndClosesItOnce() {
    Databroker broker = Databroker.builder().backend(fake("a")).open();
    assertThat(broker.backend().listTypes()).containsExactly(label + "a");
    assertThat(broker.opened().capabilities()).containsExactly(Capability.TURNABLE_CLOCK);
    assertThat(broker.opened().limits()).isEqualTo(Limits.FLOOR);
    assertThat(broker.opened().provider().name()).isEqualTo("fake");
    assertThat(events()).containsExactly("open a");
    broker.close();
    broker.close();
    assertThat(events()).containsExactly("open a", "close a");
  }

  @Test
  void aSecondCloseReturnsWhenAllIsClosed() throws Exception {
    Databroker broker = Databroker.builder().backend(fake("slow")).open();
    CountDownLatch closing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    FakeProvider.ON_CLOSE.put(
        label + "slow",
        () -> {
          closing.countDown();
          broker.close(); // by the thread that closes: it must not wait for itself
          awaitQuietly(goOn);
        });
    CompletableFuture<Void> first = CompletableFuture.runAsync(broker::close);
    awaitQuietly(closing);
    Thread second = new Thread(broker::close, "second-close");
    second.start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (second.getState() != Thread.State.WAITING && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(second.getState()).as("the second close").isEqualTo(Thread.State.WAITING);
    assertThat(events()).containsExactly("open slow");
    goOn.countDown();
    second.join(TimeUnit.SECONDS.toMillis(30));
    assertThat(second.isAlive()).isFalse();
    assertThat(events()).containsExactly("open slow", "close slow");
    first.get(30, TimeUnit.SECONDS);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void everyArgumentIsChecked() {
    try (Databroker broker = Databroker.builder().backend("fake").open()) {
      assertThatThrownBy(() -> broker.backend().releaseLease("", 1))
          .isInstanceOf(InvalidArgumentException.class);
    }
  }

  static final class Application {
    @Inject Backend records;

    @Inject
    @Named("archive")
    Backend archive;

    @Inject
    @com.google.inject.name.Named("archive")
    OpenedBackend opened;

    @Inject Databroker broker;
  }

  @Test
  void severalBackendsAreInjectedByName() {
    try (Databroker broker =
        Databroker.builder().backend(fake("a")).backend("archive", fake("b")).open()) {
      Injector injector = Guice.createInjector(DatabrokerModule.of(broker));
      Application application = injector.getInstance(Application.class);
      assertThat(application.records.listTypes()).containsExactly(label + "a");
      assertThat(application.archive.listTypes()).containsExactly(label + "b");
      assertThat(application.opened.backend()).isSameAs(application.archive);
      assertThat(application.broker).isSameAs(broker);
    }
    assertThat(events()).containsExactly("open a", "open b", "close b", "close a");
  }

  static final class Views {
    @Inject TypedRecords<String> texts;

    @Inject
    @com.google.inject.name.Named("archive")
    TypedRecords<String> archived;

    @Inject TypedRecords<Integer> numbers;
  }

  @Test
  void typedRecordsAreInjectedByTheClassOfTheirValues() {
    try (Databroker broker =
        Databroker.builder()
            .backend("inmemory")
            .backend("archive", BackendConfig.of("inmemory"))
            .open()) {
      Codec<Integer> numbers =
          Codec.of(it -> Bytes.utf8(it.toString()), it -> Integer.valueOf(it.toUtf8()));
      DatabrokerModule module =
          DatabrokerModule.of(broker)
              .withRecords("text", String.class, Codec.utf8())
              .withRecords("archive", "text", String.class, Codec.utf8())
              .withRecords("number", Integer.class, numbers);
      Views views = Guice.createInjector(module).getInstance(Views.class);
      views.texts.put("1", "here");
      views.archived.put("1", "there");
      views.numbers.put("1", 7);
      assertThat(broker.backend().get("text", "1").payload()).isEqualTo(Bytes.utf8("here"));
      assertThat(broker.backend("archive").get("text", "1").payload())
          .isEqualTo(Bytes.utf8("there"));
      assertThat(views.numbers.get("1").value()).isEqualTo(7);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> module.withRecords("other", String.class, Codec.utf8()))
          .withMessageContaining("TypedRecords<String>");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> module.withRecords("archives", "t", String.class, Codec.utf8()))
          .withMessageContaining("\"archives\"");
    }
  }

  @Test
  void aNameThatWasNotConfiguredIsRefused() {
    try (Databroker broker = Databroker.builder().backend("archive", fake("b")).open()) {
      assertThatIllegalArgumentException()
          .isThrownBy(broker::backend)
          .withMessageContaining("[archive]");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> broker.backend("archives"))
          .withMessageContaining("\"archives\"");
    }
  }

  @Test
  void allThatIsWrongIsToldAtOnceAndNothingIsOpened() {
    Databroker.Builder builder =
        Databroker.builder()
            .backend(fake("a").with("sice", "1").with("size", "101").with("loud", "yes"))
            .backend("archive", fake("b").with("label", "again").with("nothing-like-it", "1"))
            .backend("third", BackendConfig.of("unheard-of"));
    assertThatThrownBy(builder::open)
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e -> {
              assertThat(e.problems())
                  .satisfiesExactly(
                      it ->
                          assertThat(it)
                              .isEqualTo(
                                  "backend fake: unknown setting \"sice\"; did you mean size?"),
                      it ->
                          assertThat(it)
                              .isEqualTo(
                                  "backend fake: setting size is \"101\"; give 1 to 100 bytes"),
                      it ->
                          assertThat(it)
                              .isEqualTo(
                                  "backend fake: setting loud is \"yes\"; give true or false"),
                      it ->
                          assertThat(it)
                              .isEqualTo(
                                  "backend archive: setting label is given twice; give it once"),
                      it ->
                          assertThat(it)
                              .isEqualTo(
                                  "backend archive: unknown setting \"nothing-like-it\";"
                                      + " its settings are label, size, loud, pause, folder,"
                                      + " colour"),
                      it -> assertThat(it).startsWith("unknown backend \"unheard-of\"; known: "));
              assertThat(e).hasMessageStartingWith("configuration: backend fake: unknown");
              assertThat(e.getMessage()).doesNotContain("\n");
            });
    assertThat(events()).isEmpty();
  }

  @Test
  void valuesThatExcludeEachOtherAreFoundBeforeAnythingIsOpened() {
    BackendConfig both = fake("b").with("loud", "true").with("colour", "dark_blue");
    Databroker.Builder builder =
        Databroker.builder()
            .backend(fake("a"))
            .backend("archive", both)
            .backend("third", fake("c").with("size", "0"));
    for (ThrowingCallable call : List.<ThrowingCallable>of(builder::check, builder::open)) {
      assertThatThrownBy(call)
          .isInstanceOfSatisfying(
              ConfigurationException.class,
              e ->
                  assertThat(e.problems())
                      .containsExactly(
                          "backend archive: nothing is loud and dark blue; choose one",
                          "backend third: setting size is \"0\"; give 1 to 100 bytes"));
    }
    assertThat(events()).isEmpty();
  }

  @Test
  void aMissingSettingIsNamedWithItsHelp() throws IOException {
    String provider =
        Jars.provider("Needy", "\"needy\"", "\"1\"")
            .replace(
                "List.of()", "List.of(Setting.path(\"folder\", \"Where it keeps.\").required())");
    Path jar = Jars.plugin(folder.resolve("needy.jar"), "Needy", provider);
    assertThatThrownBy(() -> Databroker.builder().backend("needy").plugin(jar).open())
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "configuration: backend needy: setting folder is missing: Where it keeps.; give a path");
  }

  @Test
  void noBackendAtAllIsRefused() {
    assertThatThrownBy(() -> Databroker.builder().open())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no backend is configured; known: ");
  }

  @Test
  void whatWasOpenedIsClosedWhenTheNextFails() {
    Databroker.Builder builder =
        Databroker.builder()
            .backend("one", fake("a"))
            .backend("two", fake("b"))
            .backend("three", fake("c").with("loud", "true"));
    assertThatThrownBy(builder::open)
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining("too loud");
    assertThat(events()).containsExactly("open a", "open b", "close b", "close a");
  }

  @Test
  void limitsBelowTheFloorAreRefusedBeforeAnythingIsOpened() {
    assertThatThrownBy(() -> Databroker.builder().backend(fake("a").with("size", "99")).open())
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining("backend fake 1.2.3 from")
        .hasMessageContaining("LIMIT-1");
    assertThat(events()).isEmpty();
  }

  @Test
  void whatAProviderThrowsNamesItsJar() throws IOException {
    String provider = Jars.provider("Bad", "\"bad\"", "\"1\"");
    Path breaks =
        Jars.plugin(
            folder.resolve("breaks.jar"),
            "Bad",
            provider.replace(
                "return (Backend)",
                "if (true) throw new NoClassDefFoundError(\"x\"); return (Backend)"));
    Path nulls =
        Jars.plugin(
            folder.resolve("nulls.jar"), "Bad", provider.replace("return Set.of()", "return null"));
    assertThatThrownBy(() -> Databroker.builder().backend("bad").plugin(breaks).open())
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining(breaks.toString())
        .hasCauseInstanceOf(NoClassDefFoundError.class);
    assertThatThrownBy(() -> Databroker.builder().backend("bad").plugin(nulls).open())
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining(nulls.toString())
        .hasMessageContaining("capabilities");
  }

  @Test
  void aBrokenPluginIsToldAndHindersNoOther() throws IOException {
    Path broken = Jars.pluginNaming(folder.resolve("broken.jar"), "not.There\n");
    try (Logged logged = Logged.by(Databroker.class);
        Databroker broker = Databroker.builder().backend(fake("a")).plugin(broken).open()) {
      assertThat(broker.backend().listTypes()).hasSize(1);
      assertThat(logged.warnings()).singleElement().asString().contains(broken.toString());
    }
  }

  @Test
  void theContextClassLoaderIsGivenBack() throws IOException {
    String seen = "Thread.currentThread().getContextClassLoader().getName()";
    Path jar =
        Jars.plugin(folder.resolve("p.jar"), "P", Jars.provider("P", "\"p\"", "\"1\"", seen));
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (Databroker broker = Databroker.builder().backend("p").plugin(jar).open()) {
      assertThat(broker.backend().listTypes()).containsExactly("plugin " + jar);
      assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }
    assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
  }

  private BackendConfig fake(String suffix) {
    return BackendConfig.of("fake").with("label", label + suffix);
  }

  private List<String> events() {
    return FakeProvider.EVENTS.stream()
        .filter(event -> event.contains(label))
        .map(event -> event.replace(label, ""))
        .toList();
  }

  @Test
  void aBackendThatIsConfiguredTwiceIsAProblemAndNotIgnored() {
    Databroker.Builder twice =
        Databroker.builder()
            .backend(fake("a"))
            .backend(fake("b"))
            .backend("archive", fake("a"))
            .backend("archive", fake("b"));
    assertThatThrownBy(twice::open)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("the backend without a name is configured twice")
        .hasMessageContaining("backend archive is configured twice");
    assertThatThrownBy(twice::check).isInstanceOf(ConfigurationException.class);
  }
}
