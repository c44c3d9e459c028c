package allocation.bridge;

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
 */
public record BridgeSettings(
    String host,
    int port,
    Optional<CommandsKey> commandsKey,
    int maxFrameBytes,
    int messagesPerSecond,
    int connections,
    int idleTimeoutSeconds) {}
