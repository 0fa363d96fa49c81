package io.databroker.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ImplementationVersionTest {

  @Test
  void aManifestStatesTheVersion() {
    assertThat(ImplementationVersion.of(Test.class)).matches("5\\.\\d+\\.\\d+");
  }

  @Test
  void aModuleStatesTheVersionWhereNoManifestDoes() {
    assertThat(ImplementationVersion.of(String.class))
        .isEqualTo(Object.class.getModule().getDescriptor().rawVersion().orElseThrow());
  }

  @Test
  void aClassInAFolderHasNoKnownVersion() {
    assertThat(new Nameless().version()).isEqualTo("unknown");
  }

  private static final class Nameless implements BackendProvider {
    @Override
    public String name() {
      return "nameless";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of();
    }

    @Override
    public Set<Capability> capabilities(Settings settings) {
      return Set.of();
    }

    @Override
    public Limits limits(Settings settings) {
      return Limits.FLOOR;
    }

    @Override
    public Backend open(Settings settings, BackendContext context) {
      throw new OpenFailedException("never opened; use another provider", null);
    }
  }
}
