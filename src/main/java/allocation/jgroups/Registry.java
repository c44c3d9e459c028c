package allocation.jgroups;

import allocation.jgroups.Word.Agreed;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What one member knows: who is there, what each has said of itself, what is agreed. Every member
 * says the whole of it whenever something changes or somebody comes, so that whoever missed a word,
 * the parts of a group that was cut for instance, know everything by the next one. Any thread may
 * use it.
 */
final class Registry {
  private final String self;
  private final Map<String, Word> words = new HashMap<>();
  private final Map<String, Agreed> agreed = new HashMap<>();
  private final Map<String, List<RegistrationInfo>> own = new HashMap<>();
  private final Map<String, String> said = new HashMap<>();
  private List<String> members;
  private Optional<NodeInfo> info = Optional.empty();
  private long number;

  /**
   * What is new.
   *
   * @param addresses of the event bus at which somebody has begun or ended to listen
   * @param isMore whether it is also in who is there, what they say or what is agreed
   */
  record News(Set<String> addresses, boolean isMore) {}

  Registry(String self) {
    this.self = self;
    this.members = List.of(self);
  }

  /** What this member says now. */
  synchronized Word word() {
    number++;
    Map<String, List<Long>> addresses = new HashMap<>();
    own.forEach((address, registrations) -> {
      List<Long> numbers =
          registrations.stream()
              .filter(one -> !one.localOnly())
              .map(RegistrationInfo::seq)
              .toList();
      if (!numbers.isEmpty()) {
        addresses.put(address, numbers);
      }
    });
    return new Word(number, info, addresses, said, agreed);
  }

  /** These are there, the eldest first; what others have said is forgotten. */
  synchronized News view(List<String> now) {
    Set<String> addresses = new HashSet<>();
    words.forEach((id, word) -> {
      if (members.contains(id) != now.contains(id)) {
        addresses.addAll(word.addresses().keySet());
      }
    });
    words.keySet().retainAll(now);
    members = List.copyOf(now);
    notifyAll();
    return new News(addresses, true);
  }

  /**
   * Parts of a group have become one, and what was agreed in the larger holds: otherwise one that
   * was alone for a while could undo what all others had agreed on.
   *
   * @param larger the members of that part
   */
  synchronized News merge(List<String> now, List<String> larger) {
    if (!larger.contains(self)) {
      agreed.clear();
      words.forEach((id, word) -> {
        if (larger.contains(id)) {
          merge(word.agreed());
        }
      });
    }
    return view(now);
  }

  /**
   * Also in another order than they were said in. The word of one who comes may be heard a moment
   * before he is seen: it counts from then on.
   */
  synchronized News hear(String from, Word word) {
    Word before = wordOf(from);
    if (from.equals(self) || word.number() <= before.number()) {
      return new News(Set.of(), false);
    }
    words.put(from, word);
    notifyAll();
    boolean agrees = merge(word.agreed());
    if (!members.contains(from)) {
      return new News(Set.of(), agrees);
    }
    Set<String> addresses = new HashSet<>(before.addresses().keySet());
    addresses.addAll(word.addresses().keySet());
    addresses.removeIf(
        address -> Objects.equals(before.addresses().get(address), word.addresses().get(address)));
    return new News(addresses, agrees || !before.said().equals(word.said()));
  }

  private boolean merge(Map<String, Agreed> others) {
    boolean isNew = false;
    for (Map.Entry<String, Agreed> one : others.entrySet()) {
      Agreed here = agreed.get(one.getKey());
      Agreed holds = here == null ? one.getValue() : here.or(one.getValue());
      agreed.put(one.getKey(), holds);
      isNew |= !holds.equals(here);
    }
    return isNew;
  }

  /** Waits until every other member has said something; false when that takes longer. */
  synchronized boolean awaitWords(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!members.stream().allMatch(id -> id.equals(self) || words.containsKey(id))) {
      long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (leftMs <= 0) {
        return false;
      }
      wait(leftMs);
    }
    return true;
  }

  /** Whether that one has said something, and is still there or not seen yet. */
  synchronized boolean hasHeard(String id) {
    return words.containsKey(id);
  }

  private Word wordOf(String id) {
    return words.getOrDefault(id, Word.NONE);
  }

  /** The eldest first. */
  synchronized List<String> members() {
    return members;
  }

  synchronized void info(NodeInfo given) {
    info = Optional.of(given);
  }

  synchronized Optional<NodeInfo> info() {
    return info;
  }

  synchronized Optional<NodeInfo> info(String id) {
    if (id.equals(self)) {
      return info;
    }
    return members.contains(id) ? wordOf(id).info() : Optional.empty();
  }

  synchronized void add(String address, RegistrationInfo registration) {
    own.computeIfAbsent(address, first -> new ArrayList<>()).add(registration);
  }

  synchronized void remove(String address, RegistrationInfo registration) {
    own.computeIfPresent(
        address,
        (same, registrations) -> {
          registrations.remove(registration);
          return registrations.isEmpty() ? null : registrations;
        });
  }

  /** Of all members at that address. */
  synchronized List<RegistrationInfo> registrations(String address) {
    List<RegistrationInfo> found = new ArrayList<>(own.getOrDefault(address, List.of()));
    for (String id : members) {
      for (long seq : wordOf(id).addresses().getOrDefault(address, List.of())) {
        found.add(new RegistrationInfo(id, seq, false));
      }
    }
    return found;
  }

  synchronized void say(String name, String value) {
    said.put(name, value);
  }

  /** What each member says under that name, by its id, the eldest first. */
  synchronized Map<String, String> said(String name) {
    Map<String, String> found = new LinkedHashMap<>();
    for (String id : members) {
      String value = (id.equals(self) ? said : wordOf(id).said()).get(name);
      if (value != null) {
        found.put(id, value);
      }
    }
    return found;
  }

  synchronized Optional<String> agreed(String name) {
    return Optional.ofNullable(agreed.get(name)).map(Agreed::value);
  }

  /** False when something else holds than was believed. */
  synchronized boolean agree(String name, Optional<String> before, String after) {
    Agreed here = agreed.get(name);
    if (!Optional.ofNullable(here).map(Agreed::value).equals(before)) {
      return false;
    }
    agreed.put(name, new Agreed(here == null ? 1 : here.number() + 1, self, after));
    return true;
  }
}
