package io.databroker.tck.contract;

import io.databroker.api.Capability;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs a test only on backends with these capabilities; on others, the test is reported as skipped
 * and names the first that is missing.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Needs {
  /** Returns the capabilities. */
  Capability[] value();
}
