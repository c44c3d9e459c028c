package allocation;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import allocation.bus.BusMessage;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.vertx.core.Future;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The arrows between the packages. A rule that matches no class fails, and the rules that forbid
 * something are shown an offender of our own: a guard proves that it is awake.
 */
class ArchitectureTest {
  private static final String ROOT = "allocation";

  /** Every package, once, and the packages of ours that it may import. */
  private static final Map<String, List<String>> ARROWS = arrows();

  private static final JavaClasses SERVICE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  private static Map<String, List<String>> arrows() {
    List<String> shared = List.of("domain", "json", "bus", "log");
    List<String> ports = List.of("handler", "http", "publisher", "readmodel", "notify");
    Map<String, List<String>> arrows = new TreeMap<>();
    arrows.put("domain", List.of());
    arrows.put("bus", List.of("domain"));
    // Views and failures that are shown to outsiders are messages of the bus.
    arrows.put("json", List.of("domain", "bus"));
    arrows.put("wire", List.of("domain", "bus", "json"));
    arrows.put("log", List.of("domain", "bus"));
    // The verticles never import each other: they meet on the bus.
    ports.forEach(verticle -> arrows.put(verticle, shared));
    arrows.put("access", List.of());
    arrows.put("tls", List.of());
    arrows.put("http", Stream.concat(shared.stream(), Stream.of("access", "tls")).toList());
    arrows.put("jgroups", List.of());
    arrows.put("cluster", List.of("bus", "tls", "jgroups"));
    // An entrance, too; what it says to outsiders is JSON.
    arrows.put("bridge", List.of("domain", "json", "bus", "log", "wire", "tls"));
    // For other services: an artifact of its own, with these packages and no others.
    arrows.put("client", List.of("domain", "json", "bus", "wire"));
    List<String> ofPorts = Stream.concat(shared.stream(), ports.stream()).toList();
    arrows.put("postgres", ofPorts);
    arrows.put("pulsar", Stream.concat(ofPorts.stream(), Stream.of("tls")).toList());
    return arrows;
  }

  static Set<String> packages() {
    return ARROWS.keySet();
  }

  @Test
  void every_package_is_named_once() {
    Set<String> found =
        SERVICE.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.equals(ROOT))
            .map(name -> name.substring(ROOT.length() + 1))
            .collect(toSet());

    assertThat(found).isEqualTo(packages());
  }

  @ParameterizedTest
  @MethodSource("packages")
  void a_package_imports_what_stands_to_its_left(String importer) {
    String[] allowed =
        Stream.concat(Stream.of(importer), ARROWS.getOrDefault(importer, List.of()).stream())
            .map(ArchitectureTest::named)
            .toArray(String[]::new);

    classes()
        .that()
        .resideInAPackage(named(importer))
        .should()
        .onlyDependOnClassesThat(
            resideOutsideOfPackage(ROOT + "..").or(resideInAnyPackage(allowed)))
        .check(SERVICE);
  }

  @Test
  void no_packages_need_each_other() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(SERVICE);
  }

  @Test
  void the_domain_needs_the_jdk_and_nothing_else() {
    classes()
        .that()
        .resideInAPackage(named("domain"))
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java.lang..", "java.time..", "java.util..", "org.jspecify..", named("domain"))
        .check(SERVICE);
  }

  @Test
  void the_domain_has_no_clock_and_no_chance() {
    ArchRule rule =
        noClasses()
            .that()
            .resideInAPackage(named("domain"))
            .should()
            .callMethodWhere(
                describe(
                    "time or chance is asked for",
                    call ->
                        Set.of("now", "currentTimeMillis", "nanoTime", "randomUUID", "random")
                                .contains(call.getName())
                            || call.getTargetOwner().getPackageName().equals("java.util.random")))
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.Random");

    rule.check(SERVICE);
  }

  @Test
  void only_postgres_speaks_sql() {
    // Pools opens what it hands to postgres, Service closes it.
    classes()
        .that(use("io.vertx.sqlclient..", "io.vertx.pgclient..", "org.postgresql..", "java.sql.."))
        .should()
        .resideInAnyPackage(named("postgres"), ROOT)
        .check(SERVICE);
    classes()
        .that(use("org.flywaydb.."))
        .should()
        .resideInAPackage(named("postgres"))
        .check(SERVICE);
    classes()
        .that(
            describe(
                "run statements",
                type ->
                    type.getMethodCallsFromSelf().stream()
                        .anyMatch(call ->
                            call.getTargetOwner().getPackageName().startsWith("io.vertx.sqlclient")
                                && Set.of("query", "preparedQuery", "prepare")
                                    .contains(call.getName()))))
        .should()
        .resideInAPackage(named("postgres"))
        .check(SERVICE);
  }

  @Test
  void only_pulsar_speaks_pulsar() {
    classes()
        .that(use("org.apache.pulsar.."))
        .should()
        .resideInAPackage(named("pulsar"))
        .check(SERVICE);
  }

  /**
   * Whatever waits for a Future without a context goes on in a thread of netty's when it is late.
   */
  @Test
  void only_who_has_a_future_with_a_context_limits_it_by_itself() {
    Set<String> known =
        Set.of(
            "SharedSession",
            "PgAttempt",
            "PgInstallation",
            "VertxPulsar",
            "PulsarOutlet",
            "TopicAdmin",
            "SmtpMailbox",
            "Fetched",
            "ServerStates",
            "Service");
    ArchRule limits =
        noClasses()
            .that(describe("may have others", type -> !known.contains(type.getSimpleName())))
            .should()
            .callMethodWhere(
                describe(
                    "a Future is limited",
                    call ->
                        call.getName().equals("timeout")
                            && call.getTargetOwner().isAssignableTo(Future.class)));

    limits.check(SERVICE);

    JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);
    assertThat(limits.evaluate(offender).hasViolation()).isTrue();
  }

  @Test
  void messages_are_not_serializable() {
    // A missing codec would copy them unnoticed.
    classes()
        .that()
        .implement(BusMessage.class)
        .should()
        .notBeAssignableTo(Serializable.class)
        .check(SERVICE);
  }

  @Test
  void nothing_that_changes_is_static() {
    fields().that().areStatic().should().beFinal().check(SERVICE);
  }

  @Test
  void logs_go_through_slf4j_and_only_commands_print() {
    ArchRule prints =
        noClasses().that().doNotBelongToAnyOf(Main.class).should(ACCESS_STANDARD_STREAMS);
    ArchRule logs =
        noClasses().should().dependOnClassesThat().resideInAPackage(Logger.class.getPackageName());

    prints.check(SERVICE);
    logs.check(SERVICE);

    JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);
    assertThat(prints.evaluate(offender).hasViolation()).isTrue();
    assertThat(logs.evaluate(offender).hasViolation()).isTrue();
  }

  @Test
  void nothing_of_ours_is_null() {
    Set<JavaPackage> ours = SERVICE.stream().map(JavaClass::getPackage).collect(toSet());

    assertThat(ours)
        .hasSize(packages().size() + 1)
        .allSatisfy(each -> assertThat(each.isAnnotatedWith(NullMarked.class)).isTrue());
  }

  private static String named(String name) {
    return ROOT + "." + name;
  }

  private static DescribedPredicate<JavaClass> use(String... libraries) {
    DescribedPredicate<JavaClass> library = resideInAnyPackage(libraries);
    return describe(
        "use " + String.join(", ", libraries),
        type ->
            type.getDirectDependenciesFromSelf().stream()
                .map(Dependency::getTargetClass)
                .anyMatch(library));
  }

  /** Does what nobody may. */
  static final class Offender {
    void speak() {
      System.out.println("printed");
      Logger.getLogger("none").info("logged");
      Future.all(List.of()).timeout(1, TimeUnit.SECONDS);
    }
  }
}
