package io.databroker.tck.contract;

import io.databroker.api.Capability;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a backend must have declared for a test to concern it; if it has not, the test is reported
 * as skipped for want of that capability.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Needs {
  /** The capability. */
  Capability value();
}
