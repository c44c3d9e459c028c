/**
 * The service's own classes in a world of one thread and one seed: simulated time, database, event
 * bus and topics, all of which fail in every way that they can, then heal. What customers were told
 * is compared with what is there.
 */
package allocation.simulation;
