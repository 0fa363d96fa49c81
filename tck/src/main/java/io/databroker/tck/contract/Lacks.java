package io.databroker.tck.contract;

import io.databroker.api.Capability;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a backend must not have declared for a test to concern it: an undeclared capability must
 * fail as specified (CAPA-2).
 *
 * <p><b>Thread-safety:</b> immutable.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Lacks {
  /** The capability. */
  Capability value();
}
