package allocation;

import allocation.wire.NextVersionCodec;

/** Runs a node whose messages are those of a later version; otherwise as {@link Main}. */
public final class NextVersionNode {
  private NextVersionNode() {}

  /** Runs until it is killed. */
  public static void main(String[] arguments) {
    Config config = Config.from(System.getenv());
    Main.result(Service.start(config, NextVersionCodec::register));
  }
}
