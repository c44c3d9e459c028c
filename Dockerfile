# The service alone, from the jar that `./mvnw package` made: docker build -t allocation .
FROM eclipse-temurin:25-jre

WORKDIR /app
COPY conf/allocation.yaml conf/
COPY target/allocation.jar ./

# An ordinary user who owns nothing here; the root file system may be read-only (with a /tmp).
USER 10001:10001

EXPOSE 8080

# The heap follows the container's memory limit; what is left is for threads and network buffers.
ENV JAVA_OPTS="-XX:MaxRAMPercentage=60 -XX:+UseZGC"

HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["java", "-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", "allocation.jar", "health"]

# exec: the service itself is process 1 and gets the SIGTERM that lets it drain.
ENTRYPOINT ["sh", "-c", "exec java $JAVA_OPTS -XX:+ExitOnOutOfMemoryError --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED -jar allocation.jar \"$@\"", "allocation"]
