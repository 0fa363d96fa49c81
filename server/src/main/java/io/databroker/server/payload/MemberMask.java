package io.databroker.server.payload;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Applies field masks to members of a Struct; protobuf's own masks cannot. */
final class MemberMask {
  private static final String FIELDS = "fields";

  private MemberMask() {}

  static boolean isValid(String path) {
    return !path.isEmpty() && !split(path).contains("");
  }

  private static List<String> split(String path) {
    return List.of(path.split("\\.", -1));
  }

  /**
   * Returns the second Struct with the named members taken from the first; removes members that the
   * first lacks.
   */
  static Struct merge(Struct from, Struct to, List<String> paths) {
    Struct merged = to;
    for (String path : paths) {
      List<String> names = split(path);
      if (names.get(0).equals(FIELDS)) {
        names = names.subList(1, names.size());
      }
      merged = names.isEmpty() ? from : replace(merged, names, find(from, names));
    }
    return merged;
  }

  private static @Nullable Value find(Struct from, List<String> names) {
    Value member = from.getFieldsMap().get(names.get(0));
    if (member == null || names.size() == 1) {
      return member;
    }
    return member.hasStructValue() ? find(member.getStructValue(), rest(names)) : null;
  }

  private static Struct replace(Struct to, List<String> names, @Nullable Value value) {
    String name = names.get(0);
    Value old = to.getFieldsMap().get(name);
    if (names.size() == 1) {
      return value == null
          ? to.toBuilder().removeFields(name).build()
          : to.toBuilder().putFields(name, value).build();
    }
    if (old == null || !old.hasStructValue()) {
      if (value == null) {
        return to; // there is nothing to clear
      }
      old = Value.newBuilder().setStructValue(Struct.getDefaultInstance()).build();
    }
    Struct changed = replace(old.getStructValue(), rest(names), value);
    return to.toBuilder()
        .putFields(name, Value.newBuilder().setStructValue(changed).build())
        .build();
  }

  private static List<String> rest(List<String> names) {
    return names.subList(1, names.size());
  }
}
