package io.patienthttp.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The answers of a test by the requests that get them. Safe for all threads. */
final class Script {

    private final List<Rule> rules = new ArrayList<>(); // guarded by this; the newest is first

    /** Answers in their order; the last one stays. */
    private record Rule(RequestPattern pattern, List<Answer> answers) {

        Answer next() {
            return answers.size() == 1 ? answers.get(0) : answers.remove(0);
        }
    }

    synchronized void add(RequestPattern pattern, List<Answer> answers) {
        rules.add(0, new Rule(pattern, new ArrayList<>(answers)));
    }

    synchronized void clear() {
        rules.clear();
    }

    synchronized boolean knows(RequestView request) {
        return rules.stream().anyMatch(rule -> rule.pattern().matches(request));
    }

    /** The next answer of the newest rule that fits; null if none does. */
    synchronized @Nullable Answer answer(RequestView request) {
        return rules.stream()
                .filter(rule -> rule.pattern().matches(request))
                .findFirst()
                .map(Rule::next)
                .orElse(null);
    }

    synchronized String noAnswerTo(RequestView request) {
        var verb = request.method().name().toLowerCase(Locale.ROOT);
        var message = new StringBuilder("No answer is scripted for this request:\n  ")
                .append(request)
                .append("\nSay what it gets, before it is delivered, for example:\n  http.answer(")
                .append(verb)
                .append("(\"")
                .append(request.shownUrl())
                .append("\"), json(Map.of(\"key\", \"value\")));\n");
        if (rules.isEmpty()) {
            return message.append("No answer is scripted at all.").toString();
        }
        message.append("Scripted are answers to:");
        for (var rule : rules) {
            message.append("\n  ").append(rule.pattern());
            if (rule.pattern().reaches(request)) {
                rule.pattern().differences(request).forEach(text -> message.append("\n    but its ")
                        .append(text));
            }
        }
        return message.toString();
    }
}
