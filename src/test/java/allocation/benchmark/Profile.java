package allocation.benchmark;

import java.util.Map;

/**
 * Where the CPU of a row went.
 *
 * @param service microseconds for each answer, or line of bulk, by part of the service
 * @param postgres the same, by what sessions are for
 */
record Profile(Map<String, Double> service, Map<String, Double> postgres) {}
