package io.patienthttp.dashboard;

import io.patienthttp.RequestState;
import io.patienthttp.StorageException;
import io.patienthttp.runtime.Inspection;
import io.patienthttp.runtime.PatientHttp;
import io.patienthttp.spi.RequestViews.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** The page and what it asks for. Every answer is for this user only, and may be kept nowhere. */
final class DashboardServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final Logger log = LoggerFactory.getLogger(DashboardServlet.class);

    /** Nothing from elsewhere, nothing inline, and in no frame. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final Map<String, String> PAGE = Map.of(
            "/", "index.html",
            "/app.js", "app.js",
            "/charts.js", "charts.js",
            "/details.js", "details.js",
            "/dom.js", "dom.js",
            "/style.css", "style.css",
            "/icon.svg", "icon.svg");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html",
            "js", "text/javascript",
            "css", "text/css",
            "svg", "image/svg+xml");

    /** For others who read, before somebody is told that it is busy. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

    private static final Pattern REQUEST = Pattern.compile("/api/requests/([0-9a-fA-F-]{36})(?:/([a-z-]+))?");

    private final transient DashboardAccess access;
    private final transient Supplier<PatientHttp> http;
    private final transient LiveView live;
    private final transient Actions actions;
    private final transient Turns turns = new Turns(LONGEST_WAIT);

    DashboardServlet(DashboardAccess access, Supplier<PatientHttp> http) {
        this.access = access;
        this.http = http;
        this.live = new LiveView(() -> http.get().operations(), Clock.systemUTC(), LONGEST_WAIT);
        this.actions = new Actions(http);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        answer(request, response, () -> get(request, response));
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        answer(request, response, () -> post(request, response));
    }

    /** What the database could not do is said without what it said: the log has it. */
    private void answer(HttpServletRequest request, HttpServletResponse response, Answer answer) throws IOException {
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cache-Control", "no-store");
        if (!access.mayView(request)) {
            error(response, HttpServletResponse.SC_FORBIDDEN, "You may not see this page.");
            return;
        }
        try {
            answer.run();
        } catch (Turns.BusyException e) {
            error(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()));
        } catch (StorageException e) {
            log.warn("The dashboard could not read or write: {}", e.getMessage());
            error(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, "The database does not answer in time.");
        } catch (BadParameter e) {
            error(response, HttpServletResponse.SC_BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private void get(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var path = request.getPathInfo();
        if (path == null) {
            response.sendRedirect(request.getContextPath() + request.getServletPath() + "/");
        } else if (PAGE.containsKey(path)) {
            page(response, Objects.requireNonNull(PAGE.get(path)));
        } else if (path.equals("/api/session")) {
            json(response, session(request, response));
        } else if (path.equals("/api/live")) {
            json(response, live.json());
        } else if (path.equals("/api/requests")) {
            json(response, turns.take(() -> list(request)));
        } else {
            getOne(request, response, REQUEST.matcher(path));
        }
    }

    private void getOne(HttpServletRequest request, HttpServletResponse response, Matcher path) throws IOException {
        if (!path.matches() || !(path.group(2) == null || path.group(2).equals("bodies"))) {
            error(response, HttpServletResponse.SC_NOT_FOUND, "There is no such page.");
            return;
        }
        var opened = path.group(2) != null;
        if (opened && !access.mayViewBodies(request)) {
            error(response, HttpServletResponse.SC_FORBIDDEN, "You may not see bodies.");
            return;
        }
        if (opened) {
            log.info("{} looks at the bodies of request {}", user(request), path.group(1));
        }
        var found = turns.take(() -> details(id(path), opened));
        if (found == null) {
            error(
                    response,
                    HttpServletResponse.SC_NOT_FOUND,
                    "There is no such request: it is delivered, deleted, or never was.");
        } else {
            json(response, found);
        }
    }

    private void post(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var path = REQUEST.matcher(String.valueOf(request.getPathInfo()));
        if (!path.matches() || path.group(2) == null) {
            error(response, HttpServletResponse.SC_NOT_FOUND, "There is no such action.");
            return;
        }
        var forged = Forgery.refuse(request);
        if (forged.isPresent()) {
            error(response, HttpServletResponse.SC_FORBIDDEN, forged.get());
        } else if (!access.mayOperate(request)) {
            error(response, HttpServletResponse.SC_FORBIDDEN, "You may look, but change nothing.");
        } else {
            var result = actions.run(path.group(2), id(path), user(request));
            if (result.isEmpty()) {
                error(response, HttpServletResponse.SC_NOT_FOUND, "There is no such action.");
            } else {
                response.setStatus(result.get().isDone() ? HttpServletResponse.SC_OK : HttpServletResponse.SC_CONFLICT);
                json(
                        response,
                        DashboardJson.object().put("message", result.get().message()));
            }
        }
    }

    private ObjectNode session(HttpServletRequest request, HttpServletResponse response) {
        var json = DashboardJson.object()
                .put("user", user(request))
                .put("mayOperate", access.mayOperate(request))
                .put("mayViewBodies", access.mayViewBodies(request));
        var headers = json.putObject("headers");
        Forgery.headers(request, response).forEach(headers::put);
        return json;
    }

    private ObjectNode list(HttpServletRequest request) {
        var found = http.get()
                .operations()
                .inspection()
                .newest(
                        state(request.getParameter("state")),
                        new Filter(
                                text(request.getParameter("callback")),
                                lowerCase(text(request.getParameter("host"))),
                                age(text(request.getParameter("enqueuedBefore")))));
        var json = DashboardJson.object().put("listed", Inspection.LISTED).put("scanned", Inspection.SCANNED);
        var requests = json.putArray("requests");
        found.forEach(life -> DashboardJson.write(requests.addObject(), life));
        return json;
    }

    private @Nullable ObjectNode details(String id, boolean opened) {
        var inspection = http.get().operations().inspection();
        return inspection
                .life(id)
                .map(life -> {
                    var json = DashboardJson.object();
                    DashboardJson.write(json, life);
                    DashboardJson.write(json.putObject("exchange"), inspection.exchange(life, opened));
                    return json;
                })
                .orElse(null);
    }

    private static RequestState state(@Nullable String name) {
        try {
            return RequestState.valueOf(String.valueOf(name));
        } catch (IllegalArgumentException e) {
            throw new BadParameter("state must be one of " + List.of(RequestState.values()));
        }
    }

    private static @Nullable Duration age(@Nullable String text) {
        try {
            return text == null ? null : Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new BadParameter("enqueuedBefore must be a duration such as PT10M");
        }
    }

    private static @Nullable String text(@Nullable String parameter) {
        return parameter == null || parameter.isBlank() ? null : parameter.strip();
    }

    private static @Nullable String lowerCase(@Nullable String text) {
        return text == null ? null : text.toLowerCase(Locale.ROOT);
    }

    private static String id(Matcher path) {
        try {
            return UUID.fromString(path.group(1)).toString();
        } catch (IllegalArgumentException e) {
            throw new BadParameter("the id of a request must be a UUID");
        }
    }

    private static String user(HttpServletRequest request) {
        var principal = request.getUserPrincipal();
        return principal == null ? "somebody" : principal.getName();
    }

    private static void page(HttpServletResponse response, String file) throws IOException {
        try (var stream = DashboardServlet.class.getResourceAsStream(file)) {
            response.setContentType(TYPES.get(file.substring(file.indexOf('.') + 1)));
            response.setCharacterEncoding(StandardCharsets.UTF_8.name());
            Objects.requireNonNull(stream, file).transferTo(response.getOutputStream());
        }
    }

    private static void error(HttpServletResponse response, int status, String message) throws IOException {
        response.setStatus(status);
        json(response, DashboardJson.object().put("message", message));
    }

    private static void json(HttpServletResponse response, ObjectNode json) throws IOException {
        response.setContentType("application/json");
        response.getOutputStream().write(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** What the page never asks for. */
    private static final class BadParameter extends RuntimeException {

        private static final long serialVersionUID = 1L;

        BadParameter(String message) {
            super(message);
        }
    }

    /** Answers one request. */
    @FunctionalInterface
    private interface Answer {

        void run() throws IOException;
    }
}
