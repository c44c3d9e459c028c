/** The contract between the verticles: addresses, messages, and how they travel. */
@NullMarked
package allocation.bus;

import org.jspecify.annotations.NullMarked;
