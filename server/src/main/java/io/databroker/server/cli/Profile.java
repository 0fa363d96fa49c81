package io.databroker.server.cli;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.databroker.api.TypeOptions;
import io.databroker.server.payload.MessageTypes;
import io.databroker.server.proto.oauth21.Oauth21Proto;
import io.databroker.server.proto.oauth21.PendingUpstreamAuth;
import io.databroker.server.proto.oauth21.UpstreamMCPToken;
import io.databroker.server.proto.session.IdentityBinding;
import io.databroker.server.proto.session.SessionBinding;
import io.databroker.server.proto.session.SessionBindingRequest;
import io.databroker.server.proto.session.SessionProto;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.TypeConversionException;

/**
 * Options and message types for the records of a known application.
 *
 * @param name the profile's name on the command line
 * @param options the options of each of its types
 * @param files the descriptors of the messages in its records
 */
record Profile(String name, Map<String, TypeOptions> options, List<FileDescriptor> files) {
  /** Profile of Pomerium, with the options that its own server sets. */
  private static final Profile POMERIUM = pomerium();

  /** Returns these message types and those of the profile. */
  MessageTypes with(MessageTypes types) {
    FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
    files.forEach(file -> set.addFile(file.toProto()));
    return types.with(set.build());
  }

  private static Profile pomerium() {
    Duration quarter = Duration.ofMinutes(15);
    Map<String, TypeOptions> options = new TreeMap<>();
    options.put(
        url(SessionBindingRequest.getDescriptor()),
        new TypeOptions(50_000L, quarter, List.of("key")));
    options.put(
        url(SessionBinding.getDescriptor()),
        new TypeOptions(null, null, List.of("session_id", "user_id")));
    options.put(
        url(IdentityBinding.getDescriptor()), new TypeOptions(null, null, List.of("user_id")));
    options.put(
        url(UpstreamMCPToken.getDescriptor()),
        new TypeOptions(null, null, List.of("user_id", "route_id")));
    options.put(
        url(PendingUpstreamAuth.getDescriptor()),
        new TypeOptions(null, quarter, List.of("state_id")));
    return new Profile(
        "pomerium",
        Map.copyOf(options),
        List.of(SessionProto.getDescriptor(), Oauth21Proto.getDescriptor()));
  }

  /** Returns the record type, which Pomerium takes from the type URL of the message. */
  private static String url(Descriptor message) {
    return "type.googleapis.com/" + message.getFullName();
  }

  static Profile parse(String text) {
    if (text.equals(POMERIUM.name)) {
      return POMERIUM;
    }
    throw new TypeConversionException(
        "there is no profile '" + text + "'; there is " + POMERIUM.name);
  }
}
