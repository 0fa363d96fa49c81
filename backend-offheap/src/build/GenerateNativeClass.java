import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Generates the one class that Chronicle Map would otherwise compile at run time. There, the
 * compilation fails in a plugin's class loader; elsewhere it takes a second and needs a compiler.
 * Run by the build.
 */
final class GenerateNativeClass {
  private static final String PACKAGE = "net.openhft.chronicle.hash";
  private static final String STATE = "VanillaGlobalMutableState";

  private GenerateNativeClass() {}

  /** The arguments: where sources go, and where classes go. */
  public static void main(String[] arguments) throws Exception {
    Class<?> model = Class.forName("net.openhft.chronicle.values.ValueModel");
    Class<?> generators = Class.forName("net.openhft.chronicle.values.Generators");
    Object state =
        model
            .getMethod("acquire", Class.class)
            .invoke(null, Class.forName(PACKAGE + "." + STATE));
    Method generate = generators.getDeclaredMethod("generateNativeClass", model, String.class);
    generate.setAccessible(true);
    String name = STATE + "$$Native";
    Path source =
        Path.of(arguments[0]).resolve(PACKAGE.replace('.', '/')).resolve(name + ".java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, (String) generate.invoke(null, state, name));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options =
        List.of(
            "-nowarn",
            "-Xlint:none",
            "--release",
            "17",
            "-cp",
            System.getProperty("java.class.path"),
            "-d",
            arguments[1],
            source.toString());
    if (compiler.run(null, null, null, options.toArray(new String[0])) != 0) {
      throw new IllegalStateException("cannot compile " + source);
    }
  }
}
