/** Publishes the facts of the log, in order, once each. */
@NullMarked
package allocation.publisher;

import org.jspecify.annotations.NullMarked;
