package allocation.simulation;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes a large interface of a class that has some of its methods: what is asked for and not there
 * is refused, so that nothing of the real world gets in unseen.
 */
final class Stub {
  private Stub() {}

  /** What answers a call, by the target's class and the method of the interface. */
  private static final Map<Class<?>, Map<Method, Optional<Method>>> FOUND =
      new ConcurrentHashMap<>();

  /** Calls go to the target's methods of the same signature. */
  @SuppressWarnings("ReferenceEquality") // a stub is itself and nothing else
  static <T> T of(Class<T> type, Object target) {
    Map<Method, Optional<Method>> methods =
        FOUND.computeIfAbsent(target.getClass(), first -> new ConcurrentHashMap<>());
    InvocationHandler handler =
        (proxy, called, arguments) -> {
          Optional<Method> method =
              methods.computeIfAbsent(called, first -> find(target.getClass(), called));
          if (method.isPresent()) {
            try {
              return method.get().invoke(target, arguments);
            } catch (InvocationTargetException e) {
              throw e.getCause();
            }
          }
          return switch (called.getName()) {
            case "hashCode" -> System.identityHashCode(target);
            case "equals" -> proxy == arguments[0];
            case "toString" -> "a simulated " + type.getSimpleName();
            default -> throw new UnsupportedOperationException(called + " is not simulated");
          };
        };
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Optional<Method> find(Class<?> target, Method called) {
    if (called.getDeclaringClass() == Object.class) {
      return Optional.empty();
    }
    return Arrays.stream(target.getMethods())
        .filter(method ->
            method.getName().equals(called.getName())
                && Arrays.equals(method.getParameterTypes(), called.getParameterTypes())
                && !method.isBridge())
        .findFirst()
        .map(method -> {
          method.setAccessible(true);
          return method;
        });
  }
}
