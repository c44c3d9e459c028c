/** Following the event log: nudge, gap, catch-up, cursor; the same for every follower. */
@NullMarked
package allocation.log;

import org.jspecify.annotations.NullMarked;
