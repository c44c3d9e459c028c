package allocation.tls;

/**
 * Both sides show who they are.
 *
 * @param identity ours
 * @param authorities of the other side
 */
public record MutualTls(Identity identity, Authorities authorities) {}
