/** All SQL. Implements the ports of the verticles; the only user of the PostgreSQL client. */
@NullMarked
package allocation.postgres;

import org.jspecify.annotations.NullMarked;
