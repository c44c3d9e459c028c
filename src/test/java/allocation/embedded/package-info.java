/**
 * Real PostgreSQL and Pulsar as child processes, for the run command and for tests; never part of
 * the jar that is shipped.
 */
@NullMarked
package allocation.embedded;

import org.jspecify.annotations.NullMarked;
