/** Who callers are, what they may do, and how often. */
@NullMarked
package allocation.access;

import org.jspecify.annotations.NullMarked;
