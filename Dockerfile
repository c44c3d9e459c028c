# The service alone, from the jar that `./mvnw package` made: docker build -t allocation .
FROM eclipse-temurin:25-jre AS service

WORKDIR /app
COPY conf/allocation.yaml conf/
COPY target/allocation.jar ./

# The heap follows the container's memory limit; what is left is for threads and network buffers.
ARG JAVA_OPTS="-XX:MaxRAMPercentage=60 -XX:+UseG1GC"
ENV JAVA_OPTS=$JAVA_OPTS
ENV FIXED_JAVA_OPTS="-XX:+ExitOnOutOfMemoryError -XX:+UseCompactObjectHeaders --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"

# Half of a start is loading classes. One start here, with the JVM, the jar and the options of the image, archives them for
# all others; only the archive goes into the image. docs/adr/0013 says why it is not an AOT cache.
FROM service AS training
RUN --mount=type=bind,from=postgres:17,target=/postgres,rw \
    --mount=type=bind,source=src/image/train,target=/train \
    /train

FROM service
COPY --from=training /app/allocation.jsa ./

# An ordinary user who owns nothing here; the root file system may be read-only (with a /tmp).
USER 10001:10001

EXPOSE 8080

# A shell asks, for a JVM every ten seconds would cost more than the service at rest. Where it hears nothing good, the
# jar is asked, which knows a port that only the settings file names.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --start-interval=1s --retries=3 \
  CMD ["bash", "-c", "{ exec 3<>/dev/tcp/127.0.0.1/${HTTP_PORT:-8080} && printf 'GET /health/live HTTP/1.0\\r\\n\\r\\n' >&3 && read -rt 2 _ status _ <&3 && [ \"$status\" = 200 ]; } 2>/dev/null || exec java -Xmx48m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar allocation.jar health"]

# exec: the service itself is process 1 and gets the SIGTERM that lets it drain.
ENTRYPOINT ["sh", "-c", "exec java -XX:SharedArchiveFile=allocation.jsa $JAVA_OPTS $FIXED_JAVA_OPTS -jar allocation.jar \"$@\"", "allocation"]
