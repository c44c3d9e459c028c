package allocation.cluster;

import allocation.bus.Role;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What nodes tell each other of themselves and of the plan, as text, since nodes of two versions
 * read it: fields are only added, and a role that is not known here is somebody else's.
 */
final class ClusterJson {
  private static final int VERSION = 1;

  private ClusterJson() {}

  static String write(Node node) {
    JsonArray roles = new JsonArray();
    node.roles().stream().sorted().forEach(role -> roles.add(role.name()));
    return new JsonObject()
        .put("v", VERSION)
        .put("database", node.database())
        .put("roles", roles)
        .put("leaving", node.leaving())
        .encode();
  }

  static Node node(String id, String text) {
    JsonObject json = new JsonObject(text);
    Set<Role> roles = EnumSet.noneOf(Role.class);
    json.getJsonArray("roles", new JsonArray())
        .forEach(name -> role(name.toString()).ifPresent(roles::add));
    return new Node(id, json.getString("database", ""), roles, json.getBoolean("leaving", false));
  }

  static String write(Plan plan) {
    JsonObject owners = new JsonObject();
    for (Role role : Role.values()) {
      List<String> nodes = plan.owners().get(role);
      if (nodes != null) {
        owners.put(role.name(), new JsonArray(nodes));
      }
    }
    return new JsonObject().put("v", VERSION).put("owners", owners).encode();
  }

  static Plan plan(String text) {
    Map<Role, List<String>> owners = new EnumMap<>(Role.class);
    JsonObject json = new JsonObject(text).getJsonObject("owners", new JsonObject());
    for (String name : json.fieldNames()) {
      List<String> nodes = json.getJsonArray(name).stream().map(Object::toString).toList();
      role(name).ifPresent(role -> owners.put(role, nodes));
    }
    return new Plan(owners);
  }

  private static Optional<Role> role(String name) {
    for (Role role : Role.values()) {
      if (role.name().equals(name)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }
}
