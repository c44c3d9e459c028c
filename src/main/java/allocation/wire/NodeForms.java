package allocation.wire;

import allocation.bus.LetGo;
import allocation.json.Fields;
import allocation.json.JsonText;
import java.util.List;

/** The forms of what nodes ask each other about shards. */
final class NodeForms {
  private NodeForms() {}

  static JsonText members(LetGo request) {
    return out -> {
      out.writeArrayFieldStart("shards");
      for (int shard : request.shards()) {
        out.writeNumber(shard);
      }
      out.writeEndArray();
    };
  }

  static LetGo letGo(Fields in) {
    List<Integer> shards = in.shards("shards");
    in.finish();
    return new LetGo(shards);
  }
}
