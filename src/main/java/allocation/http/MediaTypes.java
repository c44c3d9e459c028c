package allocation.http;

import allocation.json.ProblemType;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Locale;

/** Tells a body that is said to be JSON from one that is not. */
final class MediaTypes {
  private static final String JSON = "application/json";

  private MediaTypes() {}

  /** Throws a {@link ProblemException} when the body is said to be something else. */
  static void requireJson(Exchange exchange) {
    List<String> types = exchange.headers(HttpHeaders.CONTENT_TYPE);
    boolean fits =
        types.isEmpty() ? !exchange.hasBody() : types.size() == 1 && isJson(types.getFirst());
    if (!fits) {
      throw new ProblemException(
          ProblemType.UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/json, in UTF-8");
    }
    List<String> encodings = exchange.headers(HttpHeaders.CONTENT_ENCODING);
    if (encodings.stream().anyMatch(encoding -> !encoding.equalsIgnoreCase("identity"))) {
      throw new ProblemException(
          ProblemType.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding is not supported");
    }
  }

  private static boolean isJson(String type) {
    if (type.equals(JSON)) {
      return true;
    }
    String[] parts = type.toLowerCase(Locale.ROOT).split(";", -1);
    if (!parts[0].strip().equals(JSON)) {
      return false;
    }
    for (String part : parts) {
      String parameter = part.strip().replace("\"", "");
      if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")) {
        return false;
      }
    }
    return true;
  }
}
