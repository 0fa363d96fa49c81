package io.databroker.host;

import io.databroker.api.BackendProvider;
import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parent of the class loader of every plugin: shares the JDK and the API, and nothing else of the
 * host, so that the libraries of a plugin and of the host never conflict.
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
    // The platform class loader also finds classes of modules on the module path of the host.
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
