package allocation.domain;

import java.util.List;

/** What {@link Product#decide} makes of a command: an answer, and the product and events after. */
public sealed interface Decision {
  /** The product after the command. */
  Product product();

  /** What happened, in order; also a refusal can be a fact that others want to know. */
  List<Event> events();

  /** Carried out; a command that changes nothing has no events. */
  record Accepted(Product product, List<Event> events, Answer answer) implements Decision {
    public Accepted {
      events = List.copyOf(events);
    }
  }

  /** Was carried out before; nothing happens now. */
  record Repeated(Product product, Answer answer) implements Decision {
    @Override
    public List<Event> events() {
      return List.of();
    }
  }

  record Refused(Product product, List<Event> events, Refusal refusal) implements Decision {
    public Refused {
      events = List.copyOf(events);
    }
  }
}
