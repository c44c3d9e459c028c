/** Many nodes as one service: membership, which node has which shard, and the way between nodes. */
@NullMarked
package allocation.cluster;

import org.jspecify.annotations.NullMarked;
