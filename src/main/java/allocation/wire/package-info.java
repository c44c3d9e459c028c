/** How messages look between nodes; docs/wire.md has an example of each. */
@NullMarked
package allocation.wire;

import org.jspecify.annotations.NullMarked;
