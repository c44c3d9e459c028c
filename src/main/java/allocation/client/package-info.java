/**
 * The client for other services, an artifact of its own: commands, questions and events, on the
 * event bus of the same cluster or over the TCP bridge.
 */
@NullMarked
package allocation.client;

import org.jspecify.annotations.NullMarked;
