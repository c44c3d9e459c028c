/** Decides commands, many in one unit of work; the only writer of products. */
@NullMarked
package allocation.handler;

import org.jspecify.annotations.NullMarked;
