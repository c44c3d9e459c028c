package allocation.wire;

import allocation.bus.BatchOwner;
import allocation.bus.CommandFailure;
import allocation.bus.CommandGroup;
import allocation.bus.CommandKey;
import allocation.bus.CommandMessage;
import allocation.bus.CommandReply;
import allocation.bus.CommandResult;
import allocation.domain.BatchRef;
import allocation.domain.Command;
import allocation.domain.Outcome;
import allocation.domain.Sku;
import allocation.json.CommandJson;
import allocation.json.Fields;
import allocation.json.JsonText;
import allocation.json.OutcomeJson;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The forms of commands, of what becomes of them, and of the way from a batch to its SKU. */
final class CommandForms {
  private CommandForms() {}

  static JsonText members(CommandMessage message) {
    return out -> {
      out.writeStringField("sku", message.sku().value());
      out.writeFieldName("command");
      CommandJson.of(message.command()).write(out);
      out.writeObjectFieldStart("key");
      out.writeStringField("scope", message.key().scope());
      out.writeStringField("id", message.key().id());
      out.writeEndObject();
      out.writeStringField("correlationId", message.correlationId());
      out.writeStringField("deadline", message.deadline().toString());
    };
  }

  static CommandMessage message(Fields in) {
    Optional<Sku> sku = in.id("sku", Sku::new);
    Optional<Command> command = in.object("command", CommandJson::read);
    Optional<CommandKey> key = in.object("key", CommandForms::key);
    Optional<String> correlationId = in.text("correlationId");
    Optional<Instant> deadline = in.instant("deadline");
    in.finish();
    return new CommandMessage(
        sku.orElseThrow(),
        command.orElseThrow(),
        key.orElseThrow(),
        correlationId.orElseThrow(),
        deadline.orElseThrow());
  }

  private static CommandKey key(Fields in) {
    Optional<String> scope = in.text("scope");
    Optional<String> id = in.text("id");
    in.finish();
    return new CommandKey(scope.orElseThrow(), id.orElseThrow());
  }

  static JsonText members(CommandGroup group) {
    return out -> {
      out.writeArrayFieldStart("commands");
      for (CommandMessage message : group.commands()) {
        out.writeStartObject();
        members(message).write(out);
        out.writeEndObject();
      }
      out.writeEndArray();
    };
  }

  static CommandGroup group(Fields in) {
    List<CommandMessage> commands = in.list("commands", CommandForms::message);
    in.finish();
    return new CommandGroup(commands);
  }

  static JsonText members(CommandReply reply) {
    return out -> write(out, reply);
  }

  static CommandReply reply(Fields in) {
    OptionalInt shard = in.integer("shard", 0, Integer.MAX_VALUE);
    OptionalLong position = in.count("position");
    Optional<Outcome> outcome = in.value("outcome").map(OutcomeJson::read);
    in.finish();
    return new CommandReply(shard.orElseThrow(), position.orElseThrow(), outcome.orElseThrow());
  }

  static JsonText members(CommandGroup.Results results) {
    return out -> {
      out.writeArrayFieldStart("results");
      for (CommandResult result : results.results()) {
        out.writeStartObject();
        switch (result) {
          case CommandReply reply -> write(out, reply);
          case CommandResult.NotDone no -> out.writeStringField("failure", no.failure().name());
        }
        out.writeEndObject();
      }
      out.writeEndArray();
    };
  }

  static CommandGroup.Results results(Fields in) {
    List<CommandResult> results = in.list("results", CommandForms::result);
    in.finish();
    return new CommandGroup.Results(results);
  }

  private static CommandResult result(Fields in) {
    return in.has("failure") ? notDone(in) : reply(in);
  }

  private static CommandResult.NotDone notDone(Fields in) {
    Optional<String> failure = in.text("failure");
    in.finish();
    for (CommandFailure known : CommandFailure.values()) {
      if (known.name().equals(failure.orElseThrow())) {
        return new CommandResult.NotDone(known);
      }
    }
    // One of a later version: whether something was written is not for us to say.
    return new CommandResult.NotDone(CommandFailure.UNKNOWN);
  }

  static JsonText members(BatchOwner question) {
    return out -> out.writeStringField("ref", question.ref().value());
  }

  static BatchOwner owner(Fields in) {
    Optional<BatchRef> ref = in.id("ref", BatchRef::new);
    in.finish();
    return new BatchOwner(ref.orElseThrow());
  }

  static JsonText members(BatchOwner.Found found) {
    return out -> out.writeStringField("sku", found.sku().map(Sku::value).orElse(null));
  }

  static BatchOwner.Found found(Fields in) {
    Optional<Sku> sku = in.nullableId("sku", Sku::new);
    in.finish();
    return new BatchOwner.Found(sku);
  }

  private static void write(JsonGenerator out, CommandReply reply) throws IOException {
    out.writeNumberField("shard", reply.shard());
    out.writeNumberField("position", reply.position());
    out.writeFieldName("outcome");
    out.writeRawValue(OutcomeJson.write(reply.outcome()));
  }
}
