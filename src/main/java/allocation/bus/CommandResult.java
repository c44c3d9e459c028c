package allocation.bus;

/** What became of one command of a {@link CommandGroup}. */
public sealed interface CommandResult permits CommandReply, CommandResult.NotDone {

  /** It has no answer; see {@link CommandFailure} for what that means. */
  record NotDone(CommandFailure failure) implements CommandResult {}
}
