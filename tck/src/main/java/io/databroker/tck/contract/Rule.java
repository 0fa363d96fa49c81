package io.databroker.tck.contract;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The rules of the contract that a test holds, by their numbers.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Rule {
  /** Their numbers, such as {@code PUT-4}. */
  String[] value();
}
