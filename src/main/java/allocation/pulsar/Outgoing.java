package allocation.pulsar;

import java.util.Map;

/**
 * A message on its way to a topic.
 *
 * @param sequenceId what the broker knows a repeat of it by; grows within a producer's name
 * @param atMs when it happened, in milliseconds of the epoch
 */
record Outgoing(
    String key, String text, Map<String, String> properties, long sequenceId, long atMs) {}
