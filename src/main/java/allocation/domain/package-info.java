/** The rules of allocation: plain Java, no clock, no I/O, nothing of Vert.x. */
@NullMarked
package allocation.domain;

import org.jspecify.annotations.NullMarked;
