package allocation.bus;

/**
 * What travels by reference between verticles of one process. Immutable, and never {@code
 * Serializable}: a missing codec would then copy it unnoticed.
 */
public interface BusMessage {}
