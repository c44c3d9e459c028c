/** Wiring: settings, and what is started and stopped in which order. */
@NullMarked
package allocation;

import org.jspecify.annotations.NullMarked;
