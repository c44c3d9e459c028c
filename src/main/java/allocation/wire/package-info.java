/** How messages look between nodes and to other services; docs/wire.md has examples of each. */
@NullMarked
package allocation.wire;

import org.jspecify.annotations.NullMarked;
