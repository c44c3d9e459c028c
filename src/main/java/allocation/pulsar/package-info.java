/** All that speaks Pulsar: a small Vert.x client, the topics of facts, and commands from topics. */
@NullMarked
package allocation.pulsar;

import org.jspecify.annotations.NullMarked;
