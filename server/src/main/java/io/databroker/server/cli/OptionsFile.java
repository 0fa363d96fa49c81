package io.databroker.server.cli;

import com.google.protobuf.Value;
import io.databroker.api.TypeOptions;
import io.databroker.server.json.JsonException;
import io.databroker.server.json.StructReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * File with the options of types, set at every start and after a clear: a JSON object with one
 * member for each type.
 */
final class OptionsFile {
  private OptionsFile() {}

  /**
   * Reads the options by type.
   *
   * @throws FailedException listing all problems of the file
   */
  static Map<String, TypeOptions> read(String file) throws IOException, FailedException {
    Map<String, TypeOptions> options = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    byte[] bytes;
    try {
      bytes = InputFile.readAll(file);
    } catch (FailedException e) {
      throw new FailedException("options file: " + e.getMessage());
    }
    try {
      for (Map.Entry<String, Value> member :
          StructReader.object(text(bytes)).getFieldsMap().entrySet()) {
        if (member.getKey().isEmpty()) {
          problems.add("a type is empty");
        }
        options.put(
            member.getKey(), OptionsJson.read(member.getKey(), member.getValue(), problems));
      }
    } catch (JsonException e) {
      problems.add(e.getMessage());
    } catch (CharacterCodingException e) {
      problems.add("not UTF-8");
    }
    if (!problems.isEmpty()) {
      throw new FailedException(
          String.format(Locale.ROOT, "options file %s: %s", file, String.join("; ", problems)));
    }
    return options;
  }

  private static String text(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }
}
