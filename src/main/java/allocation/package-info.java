/** Wires the service: reads the settings, opens PostgreSQL and Pulsar, deploys the verticles. */
@NullMarked
package allocation;

import org.jspecify.annotations.NullMarked;
