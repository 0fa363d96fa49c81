package io.databroker.server.payload;

import com.google.protobuf.AnyProto;
import com.google.protobuf.ApiProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.SourceContextProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.TypeProto;
import com.google.protobuf.WrappersProto;
import io.databroker.api.InvalidArgumentException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Links the files of descriptor sets. Immutable. */
final class FileLinker {
  private static final List<FileDescriptor> GENERATED =
      List.of(
          AnyProto.getDescriptor(),
          ApiProto.getDescriptor(),
          DurationProto.getDescriptor(),
          EmptyProto.getDescriptor(),
          FieldMaskProto.getDescriptor(),
          SourceContextProto.getDescriptor(),
          StructProto.getDescriptor(),
          TimestampProto.getDescriptor(),
          TypeProto.getDescriptor(),
          WrappersProto.getDescriptor());

  /** Files by name, in the order of names. */
  private final Map<String, FileDescriptor> linked;

  private FileLinker(Map<String, FileDescriptor> files) {
    this.linked = new TreeMap<>(files);
  }

  static FileLinker wellKnown() {
    Map<String, FileDescriptor> files = new TreeMap<>();
    GENERATED.forEach(file -> files.put(file.getName(), file));
    return new FileLinker(files);
  }

  Collection<FileDescriptor> all() {
    return List.copyOf(linked.values());
  }

  FileLinker with(FileDescriptorSet set) {
    Map<String, FileDescriptorProto> given = new TreeMap<>();
    for (FileDescriptorProto file : set.getFileList()) {
      FileDescriptorProto plain = plain(file);
      FileDescriptorProto other = given.put(plain.getName(), plain);
      FileDescriptor known = linked.get(plain.getName());
      boolean differs = other != null && !other.equals(plain);
      // Copies of the well-known types differ from one release of protobuf to the next.
      if (known != null && !GENERATED.contains(known)) {
        differs |= !known.toProto().equals(plain);
      }
      if (differs) {
        throw new InvalidArgumentException(
            "protoset", plain.getName(), "give one version of each file");
      }
    }
    FileLinker more = new FileLinker(linked);
    given.keySet().forEach(name -> more.link(name, given, new HashSet<>()));
    return more;
  }

  private FileDescriptor link(
      String name, Map<String, FileDescriptorProto> given, Set<String> above) {
    FileDescriptor known = linked.get(name);
    if (known != null) {
      return known;
    }
    FileDescriptorProto file = given.get(name);
    if (file == null) {
      throw new InvalidArgumentException(
          "protoset", name, "it is imported, so make the set with --include_imports");
    }
    if (!above.add(name)) {
      throw new InvalidArgumentException("protoset", name, "it must not import itself");
    }
    FileDescriptor[] imports =
        file.getDependencyList().stream()
            .map(imported -> link(imported, given, above))
            .toArray(FileDescriptor[]::new);
    above.remove(name);
    try {
      FileDescriptor built = FileDescriptor.buildFrom(file, imports);
      linked.put(name, built);
      return built;
    } catch (DescriptorValidationException e) {
      throw new InvalidArgumentException("protoset", name, "correct it: " + e.getMessage());
    }
  }

  /** Returns the file without comments and source positions, which change no message. */
  private static FileDescriptorProto plain(FileDescriptorProto file) {
    return file.toBuilder().clearSourceCodeInfo().build();
  }

  /** Returns a fingerprint of the types, which does not depend on the sets or their order. */
  String fingerprint() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    linked
        .values()
        .forEach(
            file -> {
              if (!GENERATED.contains(file)) {
                digest.update(file.toProto().toByteArray());
              }
            });
    return HexFormat.of().formatHex(digest.digest(), 0, 16);
  }
}
