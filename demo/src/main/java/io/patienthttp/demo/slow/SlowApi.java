package io.patienthttp.demo.slow;

import io.patienthttp.demo.slow.SlowAnswer.BadParameterException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/** Stands in for a slow partner: answers with the given status and size after the given delay. */
@RestController
class SlowApi implements DisposableBean {

    /** Never reached: the timer answers before. */
    private static final long NO_TIMEOUT =
            SlowAnswer.LONGEST_DELAY.plus(Duration.ofMinutes(5)).toMillis();

    private final SlowCounts counts = new SlowCounts();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "demo-slow-api");
        thread.setDaemon(true);
        return thread;
    });

    @RequestMapping("/slow")
    DeferredResult<ResponseEntity<Resource>> slow(
            @RequestParam(required = false) @Nullable String delay,
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(required = false) @Nullable String size,
            @RequestParam(required = false) @Nullable String type,
            @RequestParam(required = false) @Nullable String id) {
        var answer = SlowAnswer.parse(delay, status, size, type);
        var result = new DeferredResult<ResponseEntity<Resource>>(NO_TIMEOUT);
        counts.arrived(id);
        var due = timer.schedule(
                () -> result.setResult(response(answer)), answer.delay().toNanos(), TimeUnit.NANOSECONDS);
        result.onCompletion(() -> {
            due.cancel(false);
            counts.left(result.hasResult());
        });
        return result;
    }

    private static ResponseEntity<Resource> response(SlowAnswer answer) {
        var response = ResponseEntity.status(answer.status());
        if (!answer.hasBody()) {
            return response.build();
        }
        return response.contentType(answer.json() ? MediaType.APPLICATION_JSON : MediaType.TEXT_PLAIN)
                .body(new Filler(answer.size(), answer.json()));
    }

    @GetMapping("/slow/stats")
    Map<String, Long> stats(@RequestParam(required = false) @Nullable String id) {
        var stats = new LinkedHashMap<String, Long>();
        stats.put("waiting", counts.waiting());
        stats.put("highest", counts.highest());
        stats.put("served", counts.served());
        stats.put("ids", counts.ids());
        stats.put("repeats", counts.repeats());
        if (id != null) {
            stats.put("hits", counts.hits(id));
        }
        return stats;
    }

    @ExceptionHandler
    ResponseEntity<Map<String, String>> badParameter(BadParameterException e) {
        return ResponseEntity.badRequest().body(Map.of("error", String.valueOf(e.getMessage()), "field", e.field()));
    }

    @Override
    public void destroy() {
        timer.shutdownNow();
    }
}
