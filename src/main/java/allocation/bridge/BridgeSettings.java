package allocation.bridge;

import allocation.tls.Authorities;
import allocation.tls.Identity;
import java.util.Optional;

/**
 * How the TCP bridge is served.
 *
 * @param host the address to bind
 * @param port 0 for any free one
 * @param commandsKey opens the way for commands; without one, none are taken
 * @param maxFrameBytes longest frame that a client may send
 * @param messagesPerSecond frames of one connection that are read in a second; more have to wait
 * @param connections how many there may be
 * @param idleTimeoutSeconds seconds without a byte of the client after which it is gone
 * @param identity what it shows over TLS; without one it speaks plain TCP
 * @param clientAuthorities whose certificate a client has to show; anybody's without
 */
public record BridgeSettings(
    String host,
    int port,
    Optional<CommandsKey> commandsKey,
    int maxFrameBytes,
    int messagesPerSecond,
    int connections,
    int idleTimeoutSeconds,
    Optional<Identity> identity,
    Optional<Authorities> clientAuthorities) {}
