package io.databroker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bytes, their order as text, and settings. */
class ValuesTest {
  @Test
  void bytesNeverChange() {
    byte[] given = {1, 2, 3};
    Bytes bytes = Bytes.copyOf(given);
    given[0] = 9;
    bytes.toByteArray()[1] = 9;
    assertThat(bytes.toByteArray()).containsExactly(1, 2, 3);
    ByteBuffer view = bytes.asByteBuffer();
    assertThatThrownBy(() -> view.put(0, (byte) 9)).isInstanceOf(ReadOnlyBufferException.class);
    ByteBuffer part = ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4}, 1, 3);
    assertThat(Bytes.copyOf(part)).isEqualTo(bytes).hasSameHashCodeAs(bytes);
    assertThat(part.position()).isEqualTo(1);
    assertThat(Bytes.copyOf(new byte[0])).isSameAs(Bytes.EMPTY);
    assertThat(Bytes.copyOf(ByteBuffer.allocate(0))).isSameAs(Bytes.EMPTY);
    assertThat(Bytes.utf8("é𝄞").toUtf8()).isEqualTo("é𝄞");
    assertThat(bytes).hasToString("3 bytes 010203");
    assertThat(Bytes.copyOf(new byte[17]).toString()).endsWith("…");
  }

  @Test
  void aRangeOfAnArrayIsCopied() {
    byte[] given = {0, 1, 2, 3, 4};
    Bytes bytes = Bytes.copyOf(given, 1, 4);
    given[1] = 9;
    assertThat(bytes).isEqualTo(Bytes.copyOf(new byte[] {1, 2, 3}));
    assertThat(Bytes.copyOf(given, 5, 5)).isSameAs(Bytes.EMPTY);
    for (int[] range : new int[][] {{-1, 2}, {2, 1}, {0, 6}, {6, 6}}) {
      assertThatThrownBy(() -> Bytes.copyOf(given, range[0], range[1]))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void codePointOrderIsTheOrderOfUtf8() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int[] notable = {
      1, 'a', 'b', 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF
    };
    for (int i = 0; i < 20_000; i++) {
      String left = text(random, notable);
      String right = random.nextInt(4) == 0 ? left + text(random, notable) : text(random, notable);
      int expected =
          Arrays.compareUnsigned(
              left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
      assertThat(Integer.signum(CodePointOrder.INSTANCE.compare(left, right)))
          .as("seed %d: %s and %s", seed, left, right)
          .isEqualTo(Integer.signum(expected));
    }
  }

  private static String text(Random random, int[] notable) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      text.appendCodePoint(notable[random.nextInt(notable.length)]);
    }
    return text.toString();
  }

  @Test
  void settingsAnswerWhatWasSetOrTheDefault() {
    Setting<Long> size = Setting.number("size", "bytes", 1, 10, 5, "Help.");
    Setting<String> name = Setting.text("name", null, "Help.");
    Setting<Duration> time = Setting.duration("time", Duration.ofSeconds(1), "Help.").required();
    Settings settings = Settings.builder().set(size, 10L).build();
    assertThat(settings.get(size)).isEqualTo(10);
    assertThat(Settings.defaults().get(size)).isEqualTo(5);
    assertThat(settings.find(name)).isEmpty();
    assertThat(time.isRequired()).isTrue();
    assertThatThrownBy(() -> settings.get(time))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("time");
    assertThat(Setting.choice("id", ErrorId.class, ErrorId.CLOSED, "Help.").unit())
        .contains("closed or unavailable");
  }

  @Test
  void everyUnacceptableSettingIsNamedAtOnce() {
    Setting<Long> size = Setting.number("size", "bytes", 1, 10, 5, "Help.");
    Setting<Duration> time = Setting.duration("time", Duration.ofSeconds(1), "Help.");
    Settings.Builder builder = Settings.builder().set(size, 11L).set(time, Duration.ZERO);
    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContainingAll("size is 11", "1 to 10 bytes", "time is PT0S", "more than 0");
  }

  @Test
  void aFurtherCheckFollowsThatOfTheRange() {
    Setting<Long> size =
        Setting.number("size", "bytes", 0, 10, 0, "Help.")
            .checked(
                bytes ->
                    bytes == 0 || bytes >= 4 ? Optional.empty() : Optional.of("give 0, or 4 to 10"))
            .required();
    assertThat(size.problemWith(11L)).contains("give 0 to 10 bytes");
    assertThat(size.problemWith(3L)).contains("give 0, or 4 to 10");
    assertThat(size.problemWith(0L)).isEmpty();
    assertThat(size.problemWith(4L)).isEmpty();
    Settings.Builder builder = Settings.builder().set(size, 3L);
    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("size is 3; give 0, or 4 to 10");
  }

  @Test
  void noTextOfSettingsShowsTheirValues() {
    Setting<String> password = Setting.text("password", null, "Help.");
    Setting<Long> size = Setting.number("size", "bytes", 1, 10, 5, "Help.");
    assertThat(Settings.builder().set(password, "geheim").set(size, 3L).build())
        .hasToString("[password, size]");
    Settings.Builder builder = Settings.builder().set(password, "geheim").set(size, 11L);
    assertThatThrownBy(builder::build)
        .hasMessageContaining("size is 11")
        .hasMessageNotContaining("geheim");
  }

  @Test
  void everyErrorHasOneClassAndBeginsWithItsId() {
    Write write = Write.put("t", "a", Bytes.EMPTY).when(Condition.version(7));
    List<DatabrokerException> all =
        List.of(
            new InvalidArgumentException("id", "x\u0000", "remove it"),
            new LimitExceededException("id", 3, 2, "bytes"),
            new ConditionFailedException(4, write, 5),
            new HistoryReplacedException(-1, 2),
            new HistoryTrimmedException(1, 2),
            new FutureVersionException(-1, 2),
            new SnapshotExpiredException(1),
            new ClosedException("feed"),
            new UnavailableException("away", null),
            new OutcomeUnknownException("away", null),
            new StorageFullException("full", null),
            new StorageFailedException("file", null),
            new OpenFailedException("why", null),
            new UnsupportedException(Capability.RESTORE));
    assertThat(all).extracting(DatabrokerException::id).containsExactlyInAnyOrder(ErrorId.values());
    assertThat(all)
        .allSatisfy(e -> assertThat(e).hasMessageStartingWith(e.id().label() + ": "))
        .extracting(Object::getClass)
        .containsExactlyInAnyOrder(DatabrokerException.class.getPermittedSubclasses());
    assertThat(all).allSatisfy(e -> assertThat(e).hasMessage(e.id().label() + ": " + e.problem()));
    assertThat(all.get(12).problem()).isEqualTo("why");
    assertThat(all.get(0)).hasMessageContaining("x\\u0000");
    assertThat(all.get(2)).hasMessageContainingAll("batch[4]", "version 7", "version 5", "\"a\"");
    assertThat(all.get(5)).hasMessageContaining("18446744073709551615");
  }

  @Test
  void textWithALoneSurrogateIsNotReplacedByAnother() {
    for (String text : List.of("a\uD834", "\uDD1Ea", "\uD834\uD834\uDD1E")) {
      assertThatThrownBy(() -> Bytes.utf8(text))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("surrogate");
    }
  }
}
