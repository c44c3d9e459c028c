package allocation.journey;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** Hears what every library of this process logs at debug, with traces, instead of the console. */
final class EverythingSaid extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final Map<Logger, Level> levels = new LinkedHashMap<>();
  private final List<Appender<ILoggingEvent>> others = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();

  EverythingSaid() {
    LoggerContext loggers = root.getLoggerContext();
    for (Logger logger : loggers.getLoggerList()) {
      if (logger.getLevel() != null) {
        levels.put(logger, logger.getLevel());
        logger.setLevel(Level.DEBUG);
      }
    }
    root.iteratorForAppenders().forEachRemaining(others::add);
    others.forEach(root::detachAppender);
    start();
    root.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    text.append(event.getLoggerName()).append(' ').append(event.getFormattedMessage());
    if (event.getThrowableProxy() != null) {
      text.append('\n').append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    text.append('\n');
  }

  /** As appending is, which may go on meanwhile. */
  synchronized String text() {
    return text.toString();
  }

  @Override
  public void close() {
    root.detachAppender(this);
    others.forEach(root::addAppender);
    levels.forEach(Logger::setLevel);
  }
}
