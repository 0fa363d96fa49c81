package io.databroker.server.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.FieldMask;
import com.google.protobuf.Struct;
import io.databroker.api.LimitExceededException;
import org.junit.jupiter.api.Test;

class PatchMaskTest {
  private static FieldMask nested(int levels) {
    return FieldMask.newBuilder().addPaths("a.".repeat(levels - 1) + "a").build();
  }

  @Test
  void aPathDeeperThanAPayloadIsRejected() {
    assertThatThrownBy(() -> PatchMask.of(nested(PatchMask.LONGEST_PATH + 1), 1))
        .isInstanceOf(LimitExceededException.class)
        .hasMessageContaining("field_mask has 334 names in one path; give at most 333");
  }

  @Test
  void theDeepestPathIsApplied() {
    PatchMask mask = PatchMask.of(nested(PatchMask.LONGEST_PATH), 1);
    Struct struct = Struct.getDefaultInstance();
    assertThat(mask.members(Struct.getDescriptor()).merge(struct, struct)).isEqualTo(struct);
  }
}
