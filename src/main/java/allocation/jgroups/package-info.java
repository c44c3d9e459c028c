/** Who is there: a cluster manager for Vert.x on JGroups. Also in the client for other services. */
@NullMarked
package allocation.jgroups;

import org.jspecify.annotations.NullMarked;
