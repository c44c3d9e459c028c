/** What tests are given: ports in memory, builders, and ways to wait. */
@NullMarked
package allocation.given;

import org.jspecify.annotations.NullMarked;
