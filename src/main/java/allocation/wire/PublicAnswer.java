package allocation.wire;

import allocation.bus.CommandReply;
import allocation.domain.Outcome;
import allocation.json.Fields;
import allocation.json.OutcomeJson;
import java.util.Optional;

/**
 * The reply from {@code allocation.public.commands}: {@code {"v": 1, "shard"?, "position"?,
 * "outcome": {…}}}.
 *
 * @param reply empty for a batch that was never made: no shard was asked
 */
public record PublicAnswer(Outcome outcome, Optional<CommandReply> reply) {
  public static PublicAnswer of(CommandReply reply) {
    return new PublicAnswer(reply.outcome(), Optional.of(reply));
  }

  /** The body of the reply. */
  public String text() {
    return PublicJson.text(out -> {
      if (reply.isPresent()) {
        out.writeNumberField("shard", reply.get().shard());
        out.writeNumberField("position", reply.get().position());
      }
      out.writeFieldName("outcome");
      out.writeRawValue(OutcomeJson.write(outcome));
    });
  }

  /** Throws a {@link RuntimeException} on what is none. */
  public static PublicAnswer read(String text) {
    return PublicJson.told(text, PublicAnswer::read);
  }

  private static PublicAnswer read(Fields in) {
    if (in.has("shard")) {
      return of(CommandForms.reply(in));
    }
    Optional<Outcome> outcome = in.value("outcome").map(OutcomeJson::read);
    in.finish();
    return new PublicAnswer(outcome.orElseThrow(), Optional.empty());
  }
}
