package io.patienthttp.model;

import io.patienthttp.Failure;
import io.patienthttp.Method;
import io.patienthttp.Request;
import io.patienthttp.internal.wire.OutcomeCodec;
import io.patienthttp.internal.wire.RequestCodec;
import io.patienthttp.model.Node.Config;
import io.patienthttp.model.Node.Outcomes;
import io.patienthttp.spi.RequestStore.NewRequest;
import io.patienthttp.spi.RequestStore.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The requests of a run. */
final class Stories {

    static final Outcomes OUTCOMES = outcomes();

    static final String NARROW = "narrow";
    static final String PLAIN = "plain";
    static final String LATE = "late-";
    private static final String ARGS = "{\"note\":\"" + "x".repeat(400) + "\"}";
    private static final String AT_ONCE = stored(Duration.ZERO);
    private static final Duration DELAY = Duration.ofSeconds(10);
    private static final String DELAYED = stored(DELAY);

    private Stories() {}

    static List<Story> of(Chance chance, Config config, Aim aim) {
        int unprepared = aim == Aim.SLOW_RECORD ? 1 : chance.oneOf(1, 10, 10, 10);
        var plain = !config.transactional() || aim == Aim.SLOW_RUN || chance.oneIn(5);
        var stories = new ArrayList<Story>();
        for (int i = 1 + chance.below(4); i > 0; i--) {
            var story = story(chance, stories.size() + 1, plain, config, aim);
            story.unpreparedTimes = chance.oneIn(unprepared) ? chance.oneOf(1, 1, 2, 12) : 0;
            stories.add(story);
        }
        return stories;
    }

    private static Story story(Chance chance, int number, boolean plain, Config config, Aim aim) {
        var unreadable = chance.oneIn(25);
        var homeless = aim == Aim.ANYTHING && chance.oneIn(20);
        var delay = chance.oneIn(4);
        var story = new Story(new NewRequest(
                new UUID(0, number),
                chance.below(4),
                delay ? DELAY : Duration.ZERO,
                null,
                chance.flip() ? NARROW : "wide",
                (homeless ? LATE + number + "-" : "") + (plain ? PLAIN : "transactional"),
                "GET",
                "slow",
                1,
                chance.oneIn(4) ? ARGS : null,
                Value.of(unreadable ? "?" : delay ? DELAYED : AT_ONCE),
                null));
        story.unreadable = unreadable;
        story.erring = unreadable && chance.flip();
        story.homeless = homeless;
        story.tooNewTimes = chance.oneIn(25) ? chance.oneOf(1, 2, 8) : 0;
        story.tooNew = story.tooNewTimes > 0;
        story.poison = !unreadable && chance.oneIn(10);
        story.refused = chance.oneIn(12);
        story.brokenTimes = chance.oneIn(15) ? chance.oneOf(1, 2, 4) : 0;
        story.breaksStore = chance.flip();
        story.failingCalls = chance.oneIn(3) ? 1 + chance.below(2 * config.maxAttempts()) : 0;
        return story;
    }

    private static String stored(Duration delay) {
        return new RequestCodec()
                .write(Request.builder(Method.GET, "http://slow/").delay(delay).build());
    }

    private static Outcomes outcomes() {
        var codec = new OutcomeCodec();
        return new Outcomes(
                codec.writeRejected(Failure.Kind.CANCELLED, "cancelled", true),
                codec.writeRejected(Failure.Kind.CANCELLED, "cancelled", false),
                codec.writeRejected(Failure.Kind.RECOVERY_EXHAUSTED, "given up", true));
    }
}
