package io.databroker.tck.run;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.DatabrokerException;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.ChildProvider;
import io.databroker.tck.engine.Nemesis;
import io.databroker.tck.engine.ProviderLoader;
import io.databroker.tck.engine.SettingTexts;
import io.databroker.tck.engine.Subject;
import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The backend that the command line chose.
 *
 * @param provider the provider
 * @param texts the settings of the command line, as text
 * @param plugins the plugins that contain it; none for the class path
 * @param injected the faults that commands inject
 */
record ChosenBackend(
    BackendProvider provider,
    Map<String, String> texts,
    List<Path> plugins,
    List<? extends Nemesis> injected)
    implements Subject {
  /** Placeholder for the directory of a test in a value. */
  private static final String DIRECTORY = "{dir}";

  /** Checks the names and values of the settings. */
  ChosenBackend {
    for (String name : texts.keySet()) {
      List<String> known = provider.settings().stream().map(Setting::name).toList();
      if (!known.contains(name)) {
        throw new UsageException(
            Texts.format(
                "--set %s: %s has no such setting; it has %s",
                name, provider.name(), known.isEmpty() ? "none" : String.join(", ", known)));
      }
    }
  }

  /**
   * Opens and closes the backend once, so that a failure of every open is reported once.
   *
   * @param phases called with each step before it begins
   */
  void tryToOpen(Consumer<String> phases) throws IOException {
    Path directory = Files.createTempDirectory("databroker-tck");
    try {
      Settings settings = settings(directory);
      provider.limits(settings);
      provider.capabilities(settings);
      phases.accept("open");
      BackendContext context = BackendContext.standard().withExtractor(KitRun.FIELDS);
      @Nullable Backend backend =
          ProviderLoader.call(provider, () -> provider.open(settings, context));
      if (backend == null) {
        throw new UsageException(provider.name() + " cannot be opened: its open answered null");
      }
      phases.accept("close");
      backend.close();
    } catch (UsageException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      throw new UsageException(Texts.format("%s cannot be opened: %s", provider.name(), why(e)));
    } finally {
      Bench.delete(directory);
    }
  }

  private static String why(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof NoClassDefFoundError || cause instanceof ClassNotFoundException) {
        return Texts.format(
            "class not found: %s; is a library missing beside the plugin?",
            String.valueOf(cause.getMessage()).replace('/', '.'));
      }
    }
    return failure instanceof DatabrokerException
        ? String.valueOf(failure.getMessage())
        : failure.toString();
  }

  @Override
  public Optional<ChildProvider> inChildJvm() {
    List<String> words = new ArrayList<>(List.of(provider.name()));
    plugins.forEach(plugin -> words.add(plugin.toString()));
    return Optional.of(new ChildProvider(PluginSource.class.getName(), words));
  }

  @Override
  public List<Nemesis> faults() {
    return List.copyOf(injected);
  }

  @Override
  public Settings settings(Path directory) {
    Settings.Builder settings = Settings.builder();
    for (Setting<?> setting : provider.settings()) {
      String text = texts.get(setting.name());
      if (text == null && setting.isRequired() && setting.type() == Path.class) {
        text = DIRECTORY;
      }
      if (text != null) {
        set(settings, setting, text.replace(DIRECTORY, directory.toString()));
      }
    }
    return settings.build();
  }

  private static <T> void set(Settings.Builder settings, Setting<T> setting, String text) {
    try {
      SettingTexts.set(settings, setting, text);
    } catch (RuntimeException e) {
      throw new UsageException(
          Texts.format("--set %s=%s: give a %s", setting.name(), text, setting.unit()));
    }
  }
}
