package io.databroker.host;

import io.databroker.api.BackendProvider;
import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parent of every plugin's class loader: the JDK and the API, and nothing else of the host, so
 * that a plugin's libraries and the host's never meet.
 */
final class SharedApiLoader extends ClassLoader {
  private static final List<String> SHARED = List.of("io.databroker.api.", "org.jspecify.");

  private final ClassLoader host = BackendProvider.class.getClassLoader();

  SharedApiLoader() {
    super("databroker-api", ClassLoader.getPlatformClassLoader());
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (isShared(name)) {
      return host.loadClass(name);
    }
    Class<?> found = super.loadClass(name, resolve);
    // The platform's loader also finds the classes of every module on the host's module path.
    String module = found.getModule().getName();
    if (module == null || !(module.startsWith("java.") || module.startsWith("jdk."))) {
      throw new ClassNotFoundException(name);
    }
    return found;
  }

  @Override
  protected @Nullable URL findResource(String name) {
    return isShared(name.replace('/', '.')) ? host.getResource(name) : null;
  }

  @Override
  protected Enumeration<URL> findResources(String name) throws IOException {
    return isShared(name.replace('/', '.'))
        ? host.getResources(name)
        : Collections.emptyEnumeration();
  }

  private static boolean isShared(String name) {
    return SHARED.stream().anyMatch(name::startsWith);
  }
}
