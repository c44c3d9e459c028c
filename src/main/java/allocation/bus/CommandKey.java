package allocation.bus;

/**
 * Names one command of one caller, so that sending it again is answered and not done again. Needed
 * where a command has no key of its own (ChangeBatch, Deallocate).
 *
 * @param scope the caller and the route or topic: ids of different scopes never meet
 * @param id 1 to 200 characters, chosen by the caller or made by the entrance
 */
public record CommandKey(String scope, String id) {}
