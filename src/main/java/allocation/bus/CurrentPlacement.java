package allocation.bus;

import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;

/** The newest {@link Placement}, for every event loop of the node. */
public final class CurrentPlacement {
  private volatile Placement placement;

  public CurrentPlacement(Placement first) {
    placement = first;
  }

  /** Of a node that is alone. */
  public static CurrentPlacement alone() {
    return new CurrentPlacement(Placement.alone());
  }

  public Placement get() {
    return placement;
  }

  /** Replaces it, and tells those on this node who wait for an answer from a node. */
  public void moveTo(Placement next, EventBus bus) {
    placement = next;
    bus.publish(Addresses.PLACED, new Placed(), new DeliveryOptions().setLocalOnly(true));
  }

  /** There is a new placement. */
  public record Placed() implements LocalMessage {}
}
