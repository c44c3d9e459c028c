package allocation.bus;

/**
 * What travels between verticles: by reference within a node, in its wire form to another one.
 * Immutable, and never {@code Serializable}: a missing codec would then copy it unnoticed. Sealed,
 * so that a new message lists what it still needs: a wire form, and receivers.
 */
public sealed interface BusMessage
    permits BatchOwner,
        BatchOwner.Found,
        CommandGroup,
        CommandGroup.Results,
        CommandMessage,
        CommandReply,
        EventsCommitted,
        LetGo,
        LocalMessage,
        LogPositions,
        Query,
        QueryGroup,
        QueryGroup.Views,
        Unreadable,
        View {}
