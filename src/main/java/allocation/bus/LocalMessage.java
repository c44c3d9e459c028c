package allocation.bus;

/** What never leaves its node, and so needs no wire form. */
public sealed interface LocalMessage extends BusMessage
    permits CurrentPlacement.Placed, OwnShards {}
