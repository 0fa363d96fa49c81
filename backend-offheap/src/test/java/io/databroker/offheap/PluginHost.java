package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Bytes;
import io.databroker.api.DatabrokerException;
import io.databroker.api.Settings;
import io.databroker.api.Write;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

/** Opens the backend from a separate class loader, or, without arguments, from the class path. */
final class PluginHost {
  private PluginHost() {}

  /** The arguments: the class path of the plugin. */
  public static void main(String[] entries) throws MalformedURLException {
    URL[] urls = new URL[entries.length];
    for (int i = 0; i < entries.length; i++) {
      urls[i] = Path.of(entries[i]).toUri().toURL();
    }
    ClassLoader plugin = new URLClassLoader(urls, PluginHost.class.getClassLoader());
    BackendProvider provider =
        ServiceLoader.load(BackendProvider.class, plugin).findFirst().orElseThrow();
    try (Backend backend = provider.open(Settings.defaults(), BackendContext.standard())) {
      backend.put(List.of(Write.put("t", "i", Bytes.utf8("v"))));
      // Without the options that open javac, a class that had to be compiled would have failed.
      System.out.println(backend.get("t", "i") == null ? "fails" : "works");
    } catch (DatabrokerException failed) {
      System.out.println(failed.getMessage());
    }
  }
}
