/** The whole service over HTTP, PostgreSQL and Pulsar, as its users meet it. */
@NullMarked
package allocation.journey;

import org.jspecify.annotations.NullMarked;
