package io.patienthttp.demo.rest;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.server.ResponseStatusException;

/** Answers errors as {@code {"error": .., "field": ..}}; field is null if no single field is to blame. */
@RestControllerAdvice
class ApiErrors {

    @ExceptionHandler
    ResponseEntity<Map<String, @Nullable Object>> badField(BadFieldException e) {
        return error(HttpStatus.BAD_REQUEST, e.getMessage(), e.field());
    }

    @ExceptionHandler
    ResponseEntity<Map<String, @Nullable Object>> status(ResponseStatusException e) {
        return error(e.getStatusCode(), e.getReason(), null);
    }

    private static ResponseEntity<Map<String, @Nullable Object>> error(
            HttpStatusCode status, @Nullable String message, @Nullable String field) {
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("error", message);
        body.put("field", field);
        return ResponseEntity.status(status).body(body);
    }
}
