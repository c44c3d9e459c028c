/** Sends word to the buyer when something runs out. */
@NullMarked
package allocation.notify;

import org.jspecify.annotations.NullMarked;
