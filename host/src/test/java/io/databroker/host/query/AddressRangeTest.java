package io.databroker.host.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
  private static AddressRange range(String text) {
    return AddressRange.parse(text).orElseThrow(() -> new AssertionError(text));
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.2.3, 10.1.2.3/32",
    "10.1.2.3/8, 10.0.0.0/8",
    "10.1.2.3/0, 0.0.0.0/0",
    "255.255.255.255/31, 255.255.255.254/31",
    "2001:DB8:0:0:0:0:0:1, 2001:db8::1/128",
    "2001:db8::/32, 2001:db8::/32",
    "2001:db8:ffff::/33, 2001:db8:8000::/33",
    "::, ::/128",
    "::1/0, ::/0",
    "1:0:0:2:0:0:0:3, 1:0:0:2::3/128",
    "1:0:0:2:3:0:0:4, 1::2:3:0:0:4/128",
    "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7/128",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0/128",
    "fe80::, fe80::/128",
    "::ffff:10.1.2.3, 10.1.2.3/32",
    "::FFFF:0A01:0203/104, 10.0.0.0/8",
    "::ffff:10.1.2.3/96, 0.0.0.0/0",
    "::ffff:10.1.2.3/95, ::fffe:0:0/95",
    "::ffff:0:0/80, ::/80",
    "::10.1.2.3, ::a01:203/128",
    "64:ff9b::10.1.2.3, 64:ff9b::a01:203/128",
  })
  void aRangeHasOneText(String given, String text) {
    assertThat(range(given)).hasToString(text);
    assertThat(range(text)).isEqualTo(range(given)).hasSameHashCodeAs(range(given));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "/",
        "/8",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/08",
        "10.0.0.0/8/8",
        "10.0.0",
        "10",
        "10.0.0.256",
        "10.0.0.01",
        "10.0.0.1 ",
        "0x10.0.0.1",
        "10.0.0.1.2",
        "::/129",
        "::1::",
        ":::",
        ":",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "::g",
        "[::1]",
        "fe80::1%1",
        "fe80::1%lo",
        "::ffff:10.1.2.3/129",
        "localhost",
        "example.com",
        "10.0.0.0/8x",
        "\u0661\u0660.0.0.1",
        "::ffff:10.1.2",
        "12345::"
      })
  void whatIsNoRangeIsNone(String text) {
    assertThat(AddressRange.parse(text)).isEmpty();
  }

  @Test
  void prefixesAreTheLongestFirst() {
    List<String> prefixes = range("10.1.2.0/24").prefixes();
    assertThat(prefixes)
        .hasSize(25)
        .startsWith("10.1.2.0/24", "10.1.2.0/23", "10.1.0.0/22")
        .endsWith("0.0.0.0/1", "0.0.0.0/0");
    assertThat(range("2001:db8::1").prefixes())
        .hasSize(129)
        .startsWith("2001:db8::1/128", "2001:db8::/127")
        .contains("2001:db8::/32")
        .endsWith("::/0");
  }

  @Test
  void familiesNeverMeet() {
    assertThat(range("::/0").contains(range("10.0.0.1"))).isFalse();
    assertThat(range("0.0.0.0/0").contains(range("::1"))).isFalse();
    assertThat(range("0.0.0.0/0").contains(range("::ffff:1.2.3.4"))).isTrue();
  }

  @Test
  void aRangeContainsAnotherIfItIsAmongItsPrefixes() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("random ranges: seed " + seed);
    Random random = new Random(seed);
    int contained = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
      for (int at = 0; at < bytes.length; at++) {
        bytes[at] = (byte) (random.nextInt(3) == 0 ? random.nextInt(4) : 0);
      }
      String address = InetAddress.getByAddress(bytes).getHostAddress();
      AddressRange inner = range(address + "/" + random.nextInt(bytes.length * 8 + 1));
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      String near = InetAddress.getByAddress(bytes).getHostAddress();
      AddressRange outer = range(near + "/" + random.nextInt(bytes.length * 8 + 1));
      boolean contains = outer.contains(inner);
      assertThat(inner.prefixes().contains(outer.toString()))
          .as("seed %d: %s in %s", seed, inner, outer)
          .isEqualTo(contains);
      assertThat(inner.prefixes()).doesNotHaveDuplicates().first().hasToString(inner.toString());
      contained += contains ? 1 : 0;
    }
    assertThat(contained).isBetween(100, 1_900);
  }
}
