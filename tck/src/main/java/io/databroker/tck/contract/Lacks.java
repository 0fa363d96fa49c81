package io.databroker.tck.contract;

import io.databroker.api.Capability;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs a test only on backends without a capability: an undeclared capability must fail as
 * specified (CAPA-2).
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Lacks {
  /** Returns the capability. */
  Capability value();
}
