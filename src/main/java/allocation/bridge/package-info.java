/**
 * The entrance for other JVM services: public addresses of the event bus, and a TCP bridge to them.
 */
@NullMarked
package allocation.bridge;

import org.jspecify.annotations.NullMarked;
