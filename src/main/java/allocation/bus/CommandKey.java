package allocation.bus;

/**
 * Names one command of one caller, so that sending it again is answered and not done again. Needed
 * where a command has no key of its own (ChangeBatch, Deallocate).
 *
 * @param scope the caller and the route or topic: ids of different scopes never meet
 * @param id 1 to 200 characters, chosen by the caller or made by the entrance
 */
public record CommandKey(String scope, String id) {
  private static final String TOPIC = "pulsar ";

  /**
   * The key of a command that a topic brings; the message's id does not change when it comes again.
   */
  public static CommandKey ofMessage(String topic, String id) {
    return new CommandKey(TOPIC + topic, id);
  }

  /**
   * Whether a topic brings the command, which may then come again after newer ones: a crash takes
   * acknowledgements back. Even one with a key of its own is carried out once by this key, or an
   * Allocate would come back after its Deallocate.
   */
  public boolean isOfMessage() {
    return scope.startsWith(TOPIC);
  }
}
