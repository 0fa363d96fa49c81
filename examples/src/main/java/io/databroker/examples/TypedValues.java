package io.databroker.examples;

import io.databroker.api.Bytes;
import io.databroker.api.Write;
import io.databroker.host.Codec;
import io.databroker.host.Databroker;
import io.databroker.host.TypedRecord;
import io.databroker.host.TypedRecords;
import io.databroker.host.TypedSnapshot;
import io.databroker.host.UndecodableRecordException;
import java.util.List;

/** Records of one type as values of the program's own. */
final class TypedValues {
  /** What a record of type "account" holds. */
  record Account(String owner, long cents) {
    static final Codec<Account> CODEC =
        Codec.of(
            account -> Bytes.utf8(account.owner + " " + account.cents),
            payload -> {
              String[] words = payload.toUtf8().split(" ", -1);
              return new Account(words[0], Long.parseLong(words[1]));
            });
  }

  private TypedValues() {}

  public static void main(String[] args) {
    try (Databroker broker = Databroker.builder().backend("inmemory").open()) {
      var accounts = new TypedRecords<>(broker.backend(), "account", Account.CODEC);
      accounts.putIfAbsent("1", new Account("ada", 100));

      // Reads, changes and writes; again, if another came between.
      TypedRecord<Account> updated =
          accounts.update(
              "1",
              account ->
                  account == null
                      ? new Account("ada", 50)
                      : new Account(account.owner(), account.cents() + 50));
      System.out.println(updated.value());

      // What the codec cannot read is still there, under its name.
      broker.backend().put(List.of(Write.put("account", "2", Bytes.utf8("torn"))));
      try (TypedSnapshot<Account> all = accounts.snapshot()) {
        for (TypedRecord<Account> account : all) {
          System.out.println(describe(account));
        }
      }
    }
  }

  private static String describe(TypedRecord<Account> account) {
    try {
      return account.id() + " belongs to " + account.value().owner();
    } catch (UndecodableRecordException e) {
      return e.id() + " of version " + e.version() + " cannot be read";
    }
  }
}
