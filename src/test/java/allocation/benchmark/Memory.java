package allocation.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** What the machine has. */
final class Memory {
  private Memory() {}

  /** In MiB; of the container where there is one with a limit. */
  static long ofMachineMiB() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return system.getTotalMemorySize() >> 20;
  }
}
